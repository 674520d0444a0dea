// One product of strided arrays with sums over the indices that do not come out, for one sample at a time. Products of
// two arrays are cut into matrix products; everything else runs as a loop nest.
#pragma once

#include "core/math/Types.h"

#include <vector>

namespace lab {

class EinsumPlan {
public:
    static constexpr std::size_t kMaxIndices = 24;
    static constexpr std::size_t kMaxOperands = 16;

    struct Operand {
        std::vector<Index> stride;  // per index; 0 where the array does not have it
        std::vector<char> has;      // per index
        Index size = 0;
    };

    // `diagonal`: an array has an index twice (its stride is then the sum), which only the loop nest can do.
    EinsumPlan(std::vector<Index> sizes, std::vector<Operand> in, Operand out, bool diagonal);

    // out (overwritten) = alpha * sum of products. scratch() numbers for each sample.
    void run(Real alpha, const Real* const* in, Real* out, Real* scratch) const;
    Index scratch() const { return m_scratch; }
    double products() const;  // multiplications of one sample

private:
    struct Group {  // indices that are walked as one
        std::vector<int> indices;
        Index size = 1;
    };
    struct Side {  // how one factor stands in memory as a matrix
        bool direct = false;
        bool transposed = false;
        Index ld = 1;
    };
    void plan();
    bool flatten(const Group& group, const Operand& array, Index& stride) const;
    Side view(const Group& rows, const Group& columns, const Operand& array) const;
    void pack(const Group& rows, const Group& columns, const Operand& array, const Real* from, Real* to) const;
    void unpack(const Real* from, Real* to) const;
    void multiply(Real alpha, const Real* a, const Real* b, Real* c, Real* scratch) const;
    void nest(Real alpha, const Real* const* in, Real* out) const;

    std::vector<Index> m_size;
    std::vector<Operand> m_in;
    Operand m_out;
    bool m_diagonal;
    bool m_matrices = false;
    bool m_swapped = false;  // the result is taken transposed: the operands change places
    std::vector<int> m_kept, m_summed;
    Group m_batch, m_rows, m_columns, m_inner;
    Side m_a, m_b, m_c;
    Index m_scratch = 0;
};

}  // namespace lab
