// The code of the articles and of the README is code that is built and run: parts of the example.
import Foundation
import Testing

@Suite struct ArticleTests {
  private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  private func text(_ name: String) throws -> String {
    try String(contentsOf: Self.root.appendingPathComponent(name), encoding: .utf8)
  }

  @Test(arguments: ["Sources/Bindlink/Bindlink.docc/ChangingAMountedView.md", "README.md"])
  func codeBlocksArePartsOfTheExample(article: String) throws {
    let program = try text("Tests/Example/main.swift")
    let blocks = try text(article).components(separatedBy: "```swift\n").dropFirst()
      .map { $0.components(separatedBy: "```")[0] }
    #expect(!blocks.isEmpty)
    for block in blocks {
      for part in block.components(separatedBy: "\n\n") {
        #expect(program.contains(part.trimmingCharacters(in: .newlines)), "\(part)")
      }
    }
  }
}
