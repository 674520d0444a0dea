#include "core/network/EinsumPlan.h"

#include "core/math/Gemm.h"

#include <algorithm>

namespace lab {

namespace {

// Walks all places of a list of indices, keeping one offset per array. No memory of its own: it runs inside of steps.
class Odometer {
public:
    Odometer(const std::vector<int>& indices, const std::vector<Index>& sizes, const Index* const* strides, std::size_t arrays)
        : m_indices(indices), m_sizes(sizes), m_strides(strides), m_arrays(arrays) {
        std::fill_n(m_at, indices.size(), Index(0));
        std::fill_n(offset, arrays, Index(0));
    }

    bool next() {
        for (std::size_t d = m_indices.size(); d-- > 0;) {
            const std::size_t i = static_cast<std::size_t>(m_indices[d]);
            for (std::size_t k = 0; k < m_arrays; ++k) offset[k] += m_strides[k][i];
            if (++m_at[d] < m_sizes[i]) return true;
            for (std::size_t k = 0; k < m_arrays; ++k) offset[k] -= m_strides[k][i] * m_sizes[i];
            m_at[d] = 0;
        }
        return false;
    }

private:
    const std::vector<int>& m_indices;
    const std::vector<Index>& m_sizes;
    const Index* const* m_strides;
    std::size_t m_arrays;
    Index m_at[EinsumPlan::kMaxIndices];

public:
    Index offset[EinsumPlan::kMaxOperands + 1];
};

Index product(const std::vector<int>& indices, const std::vector<Index>& sizes) {
    Index n = 1;
    for (const int i : indices) n *= sizes[static_cast<std::size_t>(i)];
    return n;
}

}  // namespace

EinsumPlan::EinsumPlan(std::vector<Index> sizes, std::vector<Operand> in, Operand out, bool diagonal)
    : m_size(std::move(sizes)), m_in(std::move(in)), m_out(std::move(out)), m_diagonal(diagonal) {
    plan();
}

double EinsumPlan::products() const {
    double n = m_in.size() > 1 ? static_cast<double>(m_in.size() - 1) : 1;
    for (const Index s : m_size) n *= static_cast<double>(s);
    return n;
}

bool EinsumPlan::flatten(const Group& group, const Operand& array, Index& stride) const {
    stride = 0;
    for (std::size_t i = group.indices.size(); i-- > 0;) {
        const std::size_t at = static_cast<std::size_t>(group.indices[i]);
        if (i + 1 < group.indices.size()) {
            const std::size_t inner = static_cast<std::size_t>(group.indices[i + 1]);
            if (array.stride[at] != array.stride[inner] * m_size[inner]) return false;
        } else {
            stride = array.stride[at];
        }
    }
    return true;
}

EinsumPlan::Side EinsumPlan::view(const Group& rows, const Group& columns, const Operand& array) const {
    Side side;
    Index down = 0, across = 0;
    if (!flatten(rows, array, down) || !flatten(columns, array, across)) return side;
    if (columns.size == 1 || across == 1) {
        side.direct = true;
        side.ld = rows.size == 1 ? columns.size : down;
    } else if (rows.size == 1 || down == 1) {
        side.direct = true;
        side.transposed = true;
        side.ld = columns.size == 1 ? rows.size : across;
    }
    return side;
}

void EinsumPlan::plan() {
    for (std::size_t i = 0; i < m_size.size(); ++i) (m_out.has[i] != 0 ? m_kept : m_summed).push_back(static_cast<int>(i));
    if (m_in.size() != 2 || m_diagonal) return;
    Group* groups[] = {&m_batch, &m_rows, &m_columns, &m_inner};
    for (std::size_t i = 0; i < m_size.size(); ++i) {
        if (m_size[i] == 1) continue;  // takes part in nothing
        const bool a = m_in[0].has[i] != 0, b = m_in[1].has[i] != 0, out = m_out.has[i] != 0;
        const int at = static_cast<int>(i);
        if (a && b && out)
            m_batch.indices.push_back(at);
        else if (a && out)
            m_rows.indices.push_back(at);
        else if (b && out)
            m_columns.indices.push_back(at);
        else if (a && b)
            m_inner.indices.push_back(at);
        else
            return;  // summed or repeated on one side alone: the loop nest
    }
    const auto order = [](Group& group, const Operand& by) {
        std::sort(group.indices.begin(), group.indices.end(), [&](int l, int r) {
            const Index x = by.stride[static_cast<std::size_t>(l)], y = by.stride[static_cast<std::size_t>(r)];
            return x != y ? x > y : l < r;
        });
    };
    order(m_batch, m_out);
    order(m_rows, m_out);
    order(m_columns, m_out);
    order(m_inner, m_in[0]);
    for (Group* group : groups) group->size = product(group->indices, m_size);
    m_matrices = true;
    m_c = view(m_rows, m_columns, m_out);
    if (m_c.direct && m_c.transposed) {
        // C^T = B^T A^T stands in memory as it is.
        std::swap(m_in[0], m_in[1]);
        std::swap(m_rows, m_columns);
        m_swapped = true;
        m_c.transposed = false;
    }
    m_a = view(m_rows, m_inner, m_in[0]);
    m_b = view(m_inner, m_columns, m_in[1]);
    m_scratch = (m_a.direct ? 0 : m_rows.size * m_inner.size) + (m_b.direct ? 0 : m_inner.size * m_columns.size) +
                (m_c.direct ? 0 : m_rows.size * m_columns.size);
}

void EinsumPlan::pack(const Group& rows, const Group& columns, const Operand& array, const Real* from, Real* to) const {
    const Index* strides[] = {array.stride.data()};
    Odometer row(rows.indices, m_size, strides, 1);
    do {
        Odometer column(columns.indices, m_size, strides, 1);
        do *to++ = from[row.offset[0] + column.offset[0]];
        while (column.next());
    } while (row.next());
}

void EinsumPlan::unpack(const Real* from, Real* to) const {
    const Index* strides[] = {m_out.stride.data()};
    Odometer row(m_rows.indices, m_size, strides, 1);
    do {
        Odometer column(m_columns.indices, m_size, strides, 1);
        do to[row.offset[0] + column.offset[0]] = *from++;
        while (column.next());
    } while (row.next());
}

void EinsumPlan::multiply(Real alpha, const Real* a, const Real* b, Real* c, Real* scratch) const {
    Side sa = m_a, sb = m_b, sc = m_c;
    Real* target = c;
    if (!sa.direct) {
        pack(m_rows, m_inner, m_in[0], a, scratch);
        a = scratch;
        scratch += m_rows.size * m_inner.size;
        sa.ld = m_inner.size;
    }
    if (!sb.direct) {
        pack(m_inner, m_columns, m_in[1], b, scratch);
        b = scratch;
        scratch += m_inner.size * m_columns.size;
        sb.ld = m_columns.size;
    }
    if (!sc.direct) {
        target = scratch;
        sc.ld = m_columns.size;
    }
    gemmSerial(sa.transposed ? Transpose::Yes : Transpose::No, sb.transposed ? Transpose::Yes : Transpose::No, m_rows.size,
               m_columns.size, m_inner.size, alpha, a, sa.ld, b, sb.ld, 0, target, sc.ld);
    if (!sc.direct) unpack(target, c);
}

void EinsumPlan::nest(Real alpha, const Real* const* in, Real* out) const {
    if (m_diagonal || m_size.empty()) std::fill(out, out + m_out.size, Real(0));
    const Index* strides[kMaxOperands + 1] = {m_out.stride.data()};
    const std::size_t operands = m_in.size();
    for (std::size_t k = 0; k < operands; ++k) strides[k + 1] = m_in[k].stride.data();
    Odometer outer(m_kept, m_size, strides, operands + 1);
    do {
        Odometer inner(m_summed, m_size, strides, operands + 1);
        double sum = 0;
        do {
            double term = 1;
            for (std::size_t k = 0; k < operands; ++k) term *= static_cast<double>(in[k][outer.offset[k + 1] + inner.offset[k + 1]]);
            sum += term;
        } while (inner.next());
        out[outer.offset[0]] = static_cast<Real>(sum) * alpha;
    } while (outer.next());
}

void EinsumPlan::run(Real alpha, const Real* const* in, Real* out, Real* scratch) const {
    if (!m_matrices) {
        nest(alpha, in, out);
        return;
    }
    const Index* strides[] = {m_in[0].stride.data(), m_in[1].stride.data(), m_out.stride.data()};
    Odometer batch(m_batch.indices, m_size, strides, 3);
    const Real* a = in[m_swapped ? 1 : 0];
    const Real* b = in[m_swapped ? 0 : 1];
    do multiply(alpha, a + batch.offset[0], b + batch.offset[1], out + batch.offset[2], scratch);
    while (batch.next());
}

}  // namespace lab
