import Distillation
import Glibc

/// A feature loss written a second time, in double precision and as its publication has it.
struct PlainFeatureLoss {
  private let loss: DistillationLoss
  private let sizes: FeatureSizes
  private let teacher: [Double]
  var student: [Double]
  /// Weights [teacher's channels, student's channels]; empty where there is no regressor.
  var regressor: [Double]

  init(_ loss: DistillationLoss, _ batch: FeatureBatch) {
    self.loss = loss
    sizes = batch.sizes
    teacher = batch.teacher.map { Double($0) }
    student = batch.student.map { Double($0) }
    regressor = batch.regressor.map { Double($0) }
  }

  private func number(_ label: String) -> Double {
    loss.numbers.first { $0.label == label }?.value ?? .nan
  }

  var value: Double {
    number("scale")
      * {
        switch loss.name {
        case "Attention": attention
        case "Similarity": similarity
        case "FitNet": meanSquare(regressed, teacher)
        case "ActivationBoundaries": boundaries
        default: .nan
        }
      }()
  }

  /// Central differences, whose own error is about 10⁻⁹.
  func gradient(in numbers: WritableKeyPath<PlainFeatureLoss, [Double]>) -> [Double] {
    let step = 0x1p-14
    return self[keyPath: numbers].indices.map { index in
      var (above, below) = (self, self)
      above[keyPath: numbers][index] += step
      below[keyPath: numbers][index] -= step
      return (above.value - below.value) / (2 * step)
    }
  }

  private func meanSquare(_ a: [Double], _ b: [Double]) -> Double {
    zip(a, b).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) } / Double(a.count)
  }

  private func normalized(_ row: [Double], power: Double) -> [Double] {
    let norm = pow(row.reduce(0) { $0 + pow(abs($1), power) }, 1 / power)
    return row.map { $0 / norm }
  }

  private var attention: Double {
    func maps(_ features: [Double], channels: Int) -> [Double] {
      (0..<sizes.batch).flatMap { image in
        let energy = (0..<sizes.plane).map { place in
          (0..<channels).reduce(0) { sum, channel in
            sum + pow(abs(features[(image * channels + channel) * sizes.plane + place]), number("p"))
          } / Double(channels)
        }
        return normalized(energy, power: 2)
      }
    }
    return meanSquare(
      maps(student, channels: sizes.studentChannels), maps(teacher, channels: sizes.teacherChannels))
  }

  private var similarity: Double {
    func rows(_ features: [Double]) -> [Double] {
      let width = features.count / sizes.batch
      return (0..<sizes.batch).flatMap { one in
        let products = (0..<sizes.batch).map { other in
          (0..<width).reduce(0) { $0 + features[one * width + $1] * features[other * width + $1] }
        }
        return normalized(products, power: number("p"))
      }
    }
    return meanSquare(rows(student), rows(teacher))
  }

  private var regressed: [Double] {
    guard !regressor.isEmpty else { return student }
    let (inputs, plane) = (sizes.studentChannels, sizes.plane)
    return (0..<sizes.teacherCount).map { index in
      let (image, rest) = (index / (sizes.teacherChannels * plane), index % (sizes.teacherChannels * plane))
      return (0..<inputs).reduce(0) { sum, channel in
        sum + regressor[rest / plane * inputs + channel]
          * student[(image * inputs + channel) * plane + rest % plane]
      }
    }
  }

  private var boundaries: Double {
    zip(student, teacher).reduce(0) { sum, pair in
      let distance =
        pair.1 > 0 ? min(pair.0 - number("margin"), 0) : max(pair.0 + number("margin"), 0)
      return sum + distance * distance
    } / Double(student.count)
  }
}
