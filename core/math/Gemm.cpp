#include "core/math/Gemm.h"

#include "core/base/Assert.h"
#include "core/math/ConvDirect.h"

#include <Eigen/Dense>

#if defined(LAB_ONEDNN) && !defined(LAB_DOUBLE)
#include <dnnl.h>
#define LAB_USE_ONEDNN 1
#endif

namespace lab {

void gemmSerial(Transpose transA, Transpose transB, Index m, Index n, Index k, Real alpha, const Real* a, Index lda,
                const Real* b, Index ldb, Real beta, Real* c, Index ldc) {
    if (m == 0 || n == 0) return;
#ifdef LAB_USE_ONEDNN
    if (k > 0) {
        const dnnl_status_t status =
            dnnl_sgemm(transA == Transpose::Yes ? 'T' : 'N', transB == Transpose::Yes ? 'T' : 'N', m, n, k, alpha, a, lda, b,
                       ldb, beta, c, ldc);
        LAB_ASSERT(status == dnnl_success);
        return;
    }
#endif
    using Stride = Eigen::OuterStride<>;
    using In = Eigen::Map<const Matrix, 0, Stride>;
    Eigen::Map<Matrix, 0, Stride> out(c, m, n, Stride(ldc));
    if (beta == Real(0))
        out.setZero();
    else if (beta != Real(1))
        out *= beta;
    if (k == 0) return;
    const In left(a, transA == Transpose::Yes ? k : m, transA == Transpose::Yes ? m : k, Stride(lda));
    const In right(b, transB == Transpose::Yes ? n : k, transB == Transpose::Yes ? k : n, Stride(ldb));
    if (transA == Transpose::No && transB == Transpose::No)
        out.noalias() += alpha * left * right;
    else if (transA == Transpose::Yes && transB == Transpose::No)
        out.noalias() += alpha * left.transpose() * right;
    else if (transA == Transpose::No)
        out.noalias() += alpha * left * right.transpose();
    else
        out.noalias() += alpha * left.transpose() * right.transpose();
}

void gemm(Pool& pool, Transpose transA, Transpose transB, Index m, Index n, Index k, Real alpha, const Real* a, Index lda,
          const Real* b, Index ldb, Real beta, Real* c, Index ldc) {
    gemmThen(pool, transA, transB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc, [](Index, Index, Index, Index) {});
}

void productForward(Pool& pool, Index batch, Index in, Index out, const Real* x, const Real* w, Real* y) {
    gemm(pool, Transpose::No, Transpose::Yes, batch, out, in, 1, x, in, w, in, 0, y, out);
}

void productBackward(Pool& pool, Index batch, Index in, Index out, const Real* dy, const Real* w, Real beta, Real* dx) {
    gemm(pool, Transpose::No, Transpose::No, batch, in, out, 1, dy, out, w, in, beta, dx, in);
}

void productGradient(Pool& pool, Index batch, Index in, Index out, const Real* dy, const Real* x, Real beta, Real* dw) {
    gemm(pool, Transpose::Yes, Transpose::No, out, in, batch, 1, dy, out, x, in, beta, dw, in);
}

namespace {

#ifdef LAB_USE_ONEDNN
std::string instructionSet() {
    switch (dnnl_get_effective_cpu_isa()) {
        case dnnl_cpu_isa_sse41: return "sse41";
        case dnnl_cpu_isa_avx: return "avx";
        case dnnl_cpu_isa_avx2: return "avx2";
        case dnnl_cpu_isa_avx512_core: return "avx512";
        case dnnl_cpu_isa_avx512_core_vnni: return "avx512-vnni";
        case dnnl_cpu_isa_avx512_core_bf16: return "avx512-bf16";
        default: return "isa" + std::to_string(static_cast<int>(dnnl_get_effective_cpu_isa()));
    }
}
#endif

std::string describeKernels() {
#ifdef LAB_USE_ONEDNN
    const dnnl_version_t* version = dnnl_version();
    return "onednn-" + std::to_string(version->major) + "." + std::to_string(version->minor) + "." +
           std::to_string(version->patch) + "/" + instructionSet() + (directKernels().fused ? "/conv-fma" : "/conv");
#else
    std::string name = "eigen-" + std::to_string(EIGEN_WORLD_VERSION) + "." + std::to_string(EIGEN_MAJOR_VERSION) + "." +
                       std::to_string(EIGEN_MINOR_VERSION);
#ifdef LAB_DOUBLE
    name += "/double";
#endif
    return name;
#endif
}

}  // namespace

bool kernelsOfMachine() {
#ifdef LAB_USE_ONEDNN
    return true;
#else
    return false;
#endif
}

const std::string& kernelClass() {
    static const std::string name = describeKernels();
    return name;
}

std::string kernelClass(Products products) {
    if (products == Products::Single) return kernelClass();
    return kernelClass() + (nativeBf16() ? "/bf16" : "/bf16-rounded");
}

}  // namespace lab
