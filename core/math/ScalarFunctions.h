// Elementary functions that a compiler can put into vectors: no branches, no tables, no library call. For float; the
// double overloads are those of the standard library (the double build checks gradients, not speed).
#pragma once

#include "core/math/Simd.h"

#include <cmath>

namespace lab {

LAB_INLINE double expOf(double x) { return std::exp(x); }
LAB_INLINE double tanhOf(double x) { return std::tanh(x); }
LAB_INLINE double sigmoidOf(double x) { return 1 / (1 + std::exp(-x)); }
LAB_INLINE double log1pExpNegative(double x) { return std::log1p(std::exp(x)); }
LAB_INLINE double erfOf(double x) { return std::erf(x); }

// exp(x): x = n ln 2 + r, |r| <= ln 2 / 2; a polynomial for exp(r), the exponent bits for 2^n. Below -104 the result is 0
// and above 88.8 infinite; subnormal results come out right because 2^n is applied in two halves. NaN stays NaN.
LAB_INLINE float expOf(float x) {
    const float kept = x < -104.0f ? -104.0f : (x > 89.0f ? 89.0f : x);
    const float shifted = kept * 1.44269504f + 12582912.0f;  // 1.5 * 2^23: rounds to the nearest whole number
    const float n = shifted - 12582912.0f;
    const float r = (kept - n * 0.693359375f) - n * -2.12194440e-4f;
    float p = 1.0f / 5040;
    p = p * r + 1.0f / 720;
    p = p * r + 1.0f / 120;
    p = p * r + 1.0f / 24;
    p = p * r + 1.0f / 6;
    p = p * r + 0.5f;
    p = (p * r) * r + r + 1.0f;
    // The low bits of the shifted number hold n in two's complement. NaN comes through p.
    const std::int32_t whole = std::bit_cast<std::int32_t>(shifted) - std::bit_cast<std::int32_t>(12582912.0f);
    const std::int32_t half = whole >> 1;
    const float first = std::bit_cast<float>((half + 127) << 23);
    const float second = std::bit_cast<float>((whole - half + 127) << 23);
    return p * first * second;
}

LAB_INLINE float sigmoidOf(float x) { return 1.0f / (1.0f + expOf(-x)); }

// tanh(x): an odd polynomial where |x| < 0.55, elsewhere 1 - 2 / (exp(2|x|) + 1) with the sign of x.
LAB_INLINE float tanhOf(float x) {
    const float size = x < 0 ? -x : x;
    const float s = x * x;
    float p = -929569.0f / 638512875.0f;  // Taylor coefficients of tanh
    p = p * s + 21844.0f / 6081075.0f;
    p = p * s - 1382.0f / 155925.0f;
    p = p * s + 62.0f / 2835.0f;
    p = p * s - 17.0f / 315.0f;
    p = p * s + 2.0f / 15.0f;
    p = p * s - 1.0f / 3.0f;
    const float small = p * s * x + x;
    const float large = 1.0f - 2.0f / (expOf(2.0f * size) + 1.0f);
    const float signedLarge = x < 0 ? -large : large;
    return size < 0.55f ? small : signedLarge;
}

// log(1 + exp(x)) for x <= 0: 2 artanh(t / (2 + t)) with t = exp(x), whose argument is at most 1/3.
LAB_INLINE float log1pExpNegative(float x) {
    const float t = expOf(x);
    const float s = t / (2.0f + t);
    const float q = s * s;
    float p = 1.0f / 15;
    p = p * q + 1.0f / 13;
    p = p * q + 1.0f / 11;
    p = p * q + 1.0f / 9;
    p = p * q + 1.0f / 7;
    p = p * q + 1.0f / 5;
    p = p * q + 1.0f / 3;
    return 2.0f * (p * q * s + s);
}

// erf(x): x times a polynomial in x^2 where |x| < 0.95, elsewhere 1 - exp(-q(|x|)); both fitted at Chebyshev points. Beyond
// 4 the result rounds to 1.
LAB_INLINE float erfOf(float x) {
    const float size = x < 0 ? -x : x;
    const float s = x * x;
    float p = -1.00847388e-5f;
    p = p * s + 1.13953146e-4f;
    p = p * s - 8.49974491e-4f;
    p = p * s + 5.22196717e-3f;
    p = p * s - 0.0268657155f;
    p = p * s + 0.112837866f;
    p = p * s - 0.376126387f;
    const float small = p * s * x + 0.128379167f * x + x;
    const float kept = size > 4.0f ? 4.0f : size;
    float q = -1.61024034e-6f;
    q = q * kept + 4.55127716e-5f;
    q = q * kept - 5.92092747e-4f;
    q = q * kept + 4.73695057e-3f;
    q = q * kept - 0.0263551207f;
    q = q * kept + 0.109960799f;
    q = q * kept + 0.631956242f;
    q = q * kept + 1.1301551f;
    q = q * kept - 3.00268796e-4f;
    const float large = 1.0f - expOf(-q);
    const float signedLarge = x < 0 ? -large : large;
    return size < 0.95f ? small : signedLarge;
}

}  // namespace lab
