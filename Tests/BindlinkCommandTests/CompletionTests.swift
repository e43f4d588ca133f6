// Completions for shells, which the argument parser makes from the options.
import Foundation
import Testing

@Suite struct CompletionTests {
  @Test(arguments: [
    ("bash", "complete -o filenames -F _bindlink bindlink"), ("zsh", "#compdef bindlink"),
    ("fish", "complete -c 'bindlink'"),
  ])
  func areGenerated(shell: String, part: String) throws {
    let outcome = try BuiltCommand.run([BuiltCommand.path, "--generate-completion-script", shell])
    #expect(outcome.status == 0)
    #expect(outcome.errors.isEmpty)
    #expect(outcome.output.contains(part), "\(outcome.output)")
    for name in [
      "mount", "create", "replace", "remove", "list", "explain", "apply", "export", "symlink",
      "hardlink", "junction", "ntfslink", "links",
    ] {
      #expect(outcome.output.contains(name))
    }
  }

  /// One word of completion, as bash(1) asks for it.
  private func complete(_ words: [String], in directory: String) throws -> [Substring] {
    let script = """
      source <("\(BuiltCommand.path)" --generate-completion-script bash)
      cd "\(directory)"; COMP_WORDS=(\(words.map { "'\($0)'" }.joined(separator: " ")))
      COMP_CWORD=\(words.count - 1); COMP_TYPE=9; COMP_POINT=0; COMP_LINE="${COMP_WORDS[*]}"
      _bindlink bindlink '\(words[words.count - 1])' '\(words[words.count - 2])'; printf '%s\\n' "${COMPREPLY[@]}"
      """
    return try BuiltCommand.run(["bash", "-c", script]).output.split(separator: "\n")
  }

  @Test func bashCompletesCommandsOptionsAndPaths() throws {
    let scratch = try Scratch()
    try scratch.makeDirectory("directory")
    try scratch.write("", to: "view.yaml")
    #expect(try complete(["bindlink", "exp"], in: scratch.path) == ["explain", "export"])
    #expect(try complete(["bindlink", "list", "--j"], in: scratch.path) == ["--json"])
    #expect(try complete(["bindlink", "check", "v"], in: scratch.path) == ["view.yaml"])
    #expect(try complete(["bindlink", "list", "d"], in: scratch.path) == ["directory"])
  }
}
