// GradBench's objectives in plain loops: what gradients are measured by, where it is faster than the same loops in Java.
// Usage: plain MODULE < INPUT; INPUT has a line "name count" and a line of that many numbers for each field.
// Writes the value, or the sum of the values, and the least processor time of a run in milliseconds.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <functional>
#include <iostream>
#include <map>
#include <string>
#include <vector>
using std::vector;
typedef vector<double> Vec;
typedef std::map<std::string, Vec> Input;

static double lse(const double* x, int n) {
    double m = *std::max_element(x, x + n), sum = 0;
    for (int i = 0; i < n; i++) sum += std::exp(x[i] - m);
    return m + std::log(sum);
}

static double gmm(const Input& in) {
    const Vec &x = in.at("x"), &alpha = in.at("alpha"), &mu = in.at("mu"), &q = in.at("q"), &l = in.at("l");
    double m = in.at("m")[0], gamma = in.at("gamma")[0];
    int k = alpha.size(), d = mu.size() / k, n = x.size() / d, tri = d * (d - 1) / 2;
    Vec diagonal(k * d), sums(k), beta(k), centred(d), product(d);
    double prior = 0, total = 0;
    for (int c = 0; c < k; c++) {
        double squares = 0;
        for (int i = 0; i < d; i++) {
            diagonal[c * d + i] = std::exp(q[c * d + i]);
            sums[c] += q[c * d + i];
            squares += diagonal[c * d + i] * diagonal[c * d + i];
        }
        for (int i = 0; i < tri; i++) squares += l[c * tri + i] * l[c * tri + i];
        prior += gamma * gamma / 2 * squares - m * sums[c];
    }
    for (int i = 0; i < n; i++) {
        for (int c = 0; c < k; c++) {
            for (int j = 0; j < d; j++) {
                centred[j] = x[i * d + j] - mu[c * d + j];
                product[j] = diagonal[c * d + j] * centred[j];
            }
            const double* below = &l[c * tri];
            for (int column = 0; column < d; column++)
                for (int row = column + 1; row < d; row++) product[row] += *below++ * centred[column];
            double squares = 0;
            for (int j = 0; j < d; j++) squares += product[j] * product[j];
            beta[c] = alpha[c] + sums[c] - squares / 2;
        }
        total += lse(beta.data(), k);
    }
    double N = d + m + 1, logGamma = d * (d - 1) / 4.0 * std::log(M_PI);
    for (int j = 1; j <= d; j++) logGamma += std::lgamma(N / 2 + (1 - j) / 2.0);
    double constant = N * d * (std::log(gamma) - 0.5 * std::log(2)) - logGamma;
    return -n * d / 2.0 * std::log(2 * M_PI) + total - n * lse(alpha.data(), k) + k * constant - prior;
}

static void project(const double* cam, const double* x, double w, const double* feat, double* error) {
    double p[3] = {x[0] - cam[3], x[1] - cam[4], x[2] - cam[5]}, r[3];
    double square = cam[0] * cam[0] + cam[1] * cam[1] + cam[2] * cam[2];
    if (square != 0) {
        double angle = std::sqrt(square), a[3] = {cam[0] / angle, cam[1] / angle, cam[2] / angle};
        double cosine = std::cos(angle), sine = std::sin(angle);
        double along = (p[0] * a[0] + p[1] * a[1] + p[2] * a[2]) * (1 - cosine);
        for (int i = 0; i < 3; i++) {
            int j = (i + 1) % 3, k = (i + 2) % 3;
            r[i] = p[i] * cosine + (a[j] * p[k] - a[k] * p[j]) * sine + a[i] * along;
        }
    } else {
        for (int i = 0; i < 3; i++) {
            int j = (i + 1) % 3, k = (i + 2) % 3;
            r[i] = p[i] + cam[j] * p[k] - cam[k] * p[j];
        }
    }
    double u = r[0] / r[2], v = r[1] / r[2], s = u * u + v * v, distortion = 1 + cam[9] * s + cam[10] * s * s;
    error[0] = w * (cam[6] * distortion * u + cam[7] - feat[0]);
    error[1] = w * (cam[6] * distortion * v + cam[8] - feat[1]);
}

static std::function<double()> ba(const Input& in) {
    int n = in.at("n")[0], m = in.at("m")[0], p = in.at("p")[0];
    Vec cams(11 * n), points(3 * m), feats(2 * p), weights(p, in.at("w")[0]);
    for (int i = 0; i < 11 * n; i++) cams[i] = in.at("cam")[i % 11];
    for (int i = 0; i < 3 * m; i++) points[i] = in.at("x")[i % 3];
    for (int i = 0; i < 2 * p; i++) feats[i] = in.at("feat")[i % 2];
    Vec errors(3 * p);
    return [=]() mutable {
        for (int i = 0; i < p; i++) {
            project(&cams[i % n * 11], &points[i % m * 3], weights[i], &feats[2 * i], &errors[2 * i]);
            errors[2 * p + i] = 1 - weights[i] * weights[i];
        }
        double sum = 0;
        for (double error : errors) sum += error;
        return sum;
    };
}

typedef vector<double> Matrix;  // 4 x 4, row by row

static Matrix multiply(const double* a, const double* b) {
    Matrix product(16);
    for (int i = 0; i < 4; i++)
        for (int j = 0; j < 4; j++)
            for (int k = 0; k < 4; k++) product[4 * i + j] += a[4 * i + k] * b[4 * k + j];
    return product;
}

static Matrix euler(const double* angles) {
    double cx = std::cos(angles[0]), sx = std::sin(angles[0]), cy = std::cos(angles[1]), sy = std::sin(angles[1]);
    double cz = std::cos(angles[2]), sz = std::sin(angles[2]);
    return {cz * cy, cz * sy * sx - sz * cx, cz * sy * cx + sz * sx, 0,
            sz * cy, sz * sy * sx + cz * cx, sz * sy * cx - cz * sx, 0,
            -sy, cy * sx, cy * cx, 0, 0, 0, 0, 1};
}

static std::function<double()> ht(const Input& in) {
    Vec theta = in.at("theta"), us = in.at("us"), parents = in.at("parents"), relatives = in.at("base_relatives");
    Vec inverse = in.at("inverse_base_absolutes"), bases = in.at("base_positions"), weights = in.at("weights");
    Vec triangles = in.at("triangles"), points = in.at("points"), correspondences = in.at("correspondences");
    bool mirrored = in.at("is_mirrored")[0] != 0;
    int bones = parents.size(), vertices = bases.size() / 4, count = points.size() / 3;
    Vec errors(3 * count), positions(3 * vertices);
    return [=]() mutable {
        vector<Matrix> absolute(bones), transforms(bones);
        Vec angles(3 * bones);
        for (int finger = 0; finger < 5; finger++) {
            double *bone = &angles[3 * (4 * finger + 2)], *own = &theta[6 + 4 * finger];
            bone[0] = own[0];
            bone[2] = own[1];
            bone[3] = own[2];
            bone[6] = own[3];
        }
        for (int bone = 0; bone < bones; bone++) {
            Matrix relative = multiply(&relatives[16 * bone], euler(&angles[3 * bone]).data());
            absolute[bone] = parents[bone] < 0 ? relative : multiply(absolute[parents[bone]].data(), relative.data());
            transforms[bone] = multiply(absolute[bone].data(), &inverse[16 * bone]);
        }
        double angle = std::sqrt(theta[0] * theta[0] + theta[1] * theta[1] + theta[2] * theta[2]);
        double g[3][3] = {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}};
        if (angle >= 1e-4) {
            double a[3] = {theta[0] / angle, theta[1] / angle, theta[2] / angle}, s = std::sin(angle), c = std::cos(angle);
            for (int i = 0; i < 3; i++) {
                int j = (i + 1) % 3, k = (i + 2) % 3;
                g[i][i] = a[i] * a[i] + (1 - a[i] * a[i]) * c;
                g[i][j] = a[i] * a[j] * (1 - c) - a[k] * s;
                g[i][k] = a[i] * a[k] * (1 - c) + a[j] * s;
            }
        }
        for (int v = 0; v < vertices; v++) {
            const double* base = &bases[4 * v];
            double sum[3] = {0, 0, 0};
            for (int bone = 0; bone < bones; bone++) {
                double weight = weights[v * bones + bone];
                const double* t = transforms[bone].data();
                for (int i = 0; i < 3; i++)
                    sum[i] += weight * (t[4 * i] * base[0] + t[4 * i + 1] * base[1] + t[4 * i + 2] * base[2] + t[4 * i + 3] * base[3]);
            }
            if (mirrored) sum[0] = -sum[0];
            for (int i = 0; i < 3; i++)
                positions[3 * v + i] = g[i][0] * sum[0] + g[i][1] * sum[1] + g[i][2] * sum[2] + theta[3 + i];
        }
        double total = 0;
        for (int c = 0; c < count; c++) {
            const double* corner = us.empty() ? nullptr : &triangles[3 * (int)correspondences[c]];
            for (int i = 0; i < 3; i++) {
                double position;
                if (us.empty()) {
                    position = positions[3 * (int)correspondences[c] + i];
                } else {
                    double u = us[2 * c], v = us[2 * c + 1];
                    position = u * positions[3 * (int)corner[0] + i] + v * positions[3 * (int)corner[1] + i] +
                               (1 - u - v) * positions[3 * (int)corner[2] + i];
                }
                errors[3 * c + i] = points[3 * c + i] - position;
                total += errors[3 * c + i];
            }
        }
        return total;
    };
}

static double kmeans(const Input& in) {
    const Vec &points = in.at("points"), &centroids = in.at("centroids");
    int d = in.at("d")[0], n = points.size() / d, k = centroids.size() / d;
    double total = 0;
    for (int i = 0; i < n; i++) {
        double nearest = INFINITY;
        for (int c = 0; c < k; c++) {
            double distance = 0;
            for (int j = 0; j < d; j++) {
                double difference = centroids[c * d + j] - points[i * d + j];
                distance += difference * difference;
            }
            nearest = std::min(nearest, distance);
        }
        total += nearest;
    }
    return total;
}

static double minor(const double* a, int ell, const int* columns, int size) {
    const double* row = a + (ell - size) * ell;
    if (size == 1) return row[columns[0]];
    int rest[16];
    std::copy(columns + 1, columns + size, rest);
    double sum = 0;
    for (int j = 0; j < size; j++) {
        double term = row[columns[j]] * minor(a, ell, rest, size - 1);
        sum += j % 2 == 0 ? term : -term;
        if (j < size - 1) rest[j] = columns[j];
    }
    return sum;
}

static double det(const Input& in) {
    int ell = in.at("ell")[0], columns[16];
    for (int j = 0; j < ell; j++) columns[j] = j;
    return minor(in.at("A").data(), ell, columns, ell);
}

static double llsq(const Input& in) {
    const Vec& x = in.at("x");
    int n = in.at("n")[0];
    double total = 0;
    for (int i = 0; i < n; i++) {
        double t = -1 + 2.0 * i / (n - 1), error = (t > 0) - (t < 0), power = 1;
        for (double coefficient : x) {
            error -= coefficient * power;
            power *= t;
        }
        total += error * error;
    }
    return total / 2;
}

static void slope(const Vec& x, const Vec& y, Vec& out) {
    out[0] = x[0];
    for (size_t i = 1; i < x.size(); i++) out[i] = x[i] * y[i - 1];
}

static void advance(const Vec& y, double h, const Vec& slope, Vec& out) {
    for (size_t i = 0; i < y.size(); i++) out[i] = y[i] + h * slope[i];
}

static double ode(const Input& in) {
    const Vec& x = in.at("x");
    int n = x.size(), steps = in.at("s")[0];
    double h = 2.0 / steps;
    Vec y(n), k1(n), k2(n), k3(n), k4(n), at(n);
    for (int step = 0; step < steps; step++) {
        slope(x, y, k1);
        advance(y, h / 2, k1, at);
        slope(x, at, k2);
        advance(y, h / 2, k2, at);
        slope(x, at, k3);
        advance(y, h, k3, at);
        slope(x, at, k4);
        for (int i = 0; i < n; i++) y[i] += h * (k1[i] + 2 * k2[i] + 2 * k3[i] + k4[i]) / 6;
    }
    double sum = 0;
    for (double entry : y) sum += entry;
    return sum;
}

static double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

static double lstm(const Input& in) {
    const Vec &main = in.at("main_params"), &extra = in.at("extra_params"), &text = in.at("sequence");
    Vec state = in.at("state");
    int b = extra.size() / 3, layers = state.size() / b / 2, c = text.size() / b;
    Vec x(b), y(b);
    double total = 0;
    for (int t = 0; t + 1 < c; t++) {
        for (int j = 0; j < b; j++) x[j] = text[t * b + j] * extra[j];
        for (int layer = 0; layer < layers; layer++) {
            const double *weight = &main[8 * b * layer], *bias = weight + 4 * b;
            double *hidden = &state[2 * b * layer], *cell = hidden + b;
            for (int j = 0; j < b; j++) {
                double forget = sigmoid(x[j] * weight[j] + bias[j]);
                double into = sigmoid(hidden[j] * weight[b + j] + bias[b + j]);
                double out = sigmoid(x[j] * weight[2 * b + j] + bias[2 * b + j]);
                double change = std::tanh(hidden[j] * weight[3 * b + j] + bias[3 * b + j]);
                cell[j] = cell[j] * forget + into * change;
                hidden[j] = out * std::tanh(cell[j]);
                x[j] = hidden[j];
            }
        }
        double sum = 2;
        for (int j = 0; j < b; j++) {
            y[j] = x[j] * extra[b + j] + extra[2 * b + j];
            sum += std::exp(y[j]);
        }
        double normaliser = std::log(sum);
        for (int j = 0; j < b; j++) total += text[(t + 1) * b + j] * (y[j] - normaliser);
    }
    return -total / (b * (c - 1));
}

static double processorMilliseconds() {
    timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return now.tv_sec * 1e3 + now.tv_nsec * 1e-6;
}

int main(int, char** arguments) {
    Input in;
    std::string name, module = arguments[1];
    for (size_t count; std::cin >> name >> count;) {
        Vec& numbers = in[name];
        numbers.resize(count);
        for (double& number : numbers) std::cin >> number;
    }
    std::map<std::string, std::function<double()>> all = {
        {"gmm", [&] { return gmm(in); }},   {"kmeans", [&] { return kmeans(in); }}, {"det", [&] { return det(in); }},
        {"llsq", [&] { return llsq(in); }}, {"ode", [&] { return ode(in); }},       {"lstm", [&] { return lstm(in); }},
        {"lse", [&] { return lse(in["x"].data(), in["x"].size()); }},
    };
    if (module == "ba") all["ba"] = ba(in);
    if (module == "ht") all["ht"] = ht(in);
    if (!all.count(module)) return 1;
    double best = INFINITY, value = 0, spent = 0;
    while (spent < 500) {
        double start = processorMilliseconds();
        value = all[module]();
        double ms = processorMilliseconds() - start;
        best = std::min(best, ms);
        spent += ms;
    }
    std::printf("%.17g %.6g\n", value, best);
}
