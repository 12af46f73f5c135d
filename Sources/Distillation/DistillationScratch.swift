/// Room for one image's distributions, so that a loss allocates nothing.
///
/// One for each thread.
package struct DistillationScratch: Sendable {
  package let classes: Int
  var student: Distribution
  var teacher: Distribution
  /// Over the non-target classes.
  var studentRest: Distribution
  var teacherRest: Distribution

  package init(classes: Int) {
    self.classes = classes
    student = Distribution(classes: classes)
    teacher = Distribution(classes: classes)
    studentRest = Distribution(classes: classes)
    teacherRest = Distribution(classes: classes)
  }
}
