#include "core/math/Decompositions.h"

#include <Eigen/Cholesky>
#include <Eigen/Eigenvalues>
#include <Eigen/SVD>

namespace lab {

SymmetricEigen symmetricEigen(const Eigen::MatrixXd& a, bool vectors) {
    const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(a, vectors ? Eigen::ComputeEigenvectors : Eigen::EigenvaluesOnly);
    SymmetricEigen out;
    out.values = solver.eigenvalues();
    if (vectors) out.vectors = solver.eigenvectors();
    out.converged = solver.info() == Eigen::Success;
    return out;
}

SingularDecomposition singularDecomposition(const Eigen::MatrixXd& a) {
    const Eigen::JacobiSVD<Eigen::MatrixXd> svd(a, Eigen::ComputeFullU | Eigen::ComputeFullV);
    return {svd.matrixU(), svd.singularValues(), svd.matrixV()};
}

VectorD singularValues(const Eigen::MatrixXd& a) { return Eigen::JacobiSVD<Eigen::MatrixXd>(a).singularValues(); }

double nuclearNorm(const Eigen::MatrixXd& a) { return Eigen::BDCSVD<Eigen::MatrixXd>(a).singularValues().sum(); }

bool solveDefinite(const Eigen::MatrixXd& a, const Eigen::MatrixXd& b, double least, Eigen::MatrixXd& x) {
    const Eigen::LLT<Eigen::MatrixXd> factor(a);
    if (factor.info() != Eigen::Success || factor.rcond() < least) return false;
    x = factor.solve(b);
    return true;
}

bool solveSemidefinite(const MatrixD& a, const MatrixD& b, double least, MatrixD& x) {
    const Eigen::LDLT<MatrixD> factor(a);
    if (factor.info() != Eigen::Success || !factor.isPositive() || !(factor.rcond() > least)) return false;
    x = factor.solve(b);
    return true;
}

}  // namespace lab
