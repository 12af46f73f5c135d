import Language
import Testing

struct SpellingTests {
  @Test(arguments: [
    ("techer", ["student", "teacher"], "teacher"),
    ("epoch", ["epochs", "batch"], "epochs"),
    ("Epochs", ["epochs"], "epochs"),
    // One exchange of neighbours is one step.
    ("tarin", ["train"], "train"),
    ("decoupledkd", ["DecoupledKD", "NKD"], "DecoupledKD"),
    ("lr", ["l"], "l"),
    ("modal", ["modul", "model"], "model"),
    ("resnet81", ["resnet18", "resnet1"], "resnet18"),
  ])
  func aNearWordIsFound(_ word: String, _ candidates: [String], _ expected: String) {
    #expect(nearest(to: word, among: candidates) == expected)
    #expect(nearest(to: word, among: candidates.reversed()) == expected)
  }

  @Test(arguments: [
    ("teacher", ["student", "tiny"]), ("x", ["y", "z"]), ("lr", ["bits"]), ("abc", ["ade"]), ("", ["a"]),
    ("a", []),
  ])
  func aFarWordIsNot(_ word: String, _ candidates: [String]) {
    #expect(nearest(to: word, among: candidates) == nil)
  }
}
