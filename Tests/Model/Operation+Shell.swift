// Operations as lines of shell, for the script of a failing case: in its directory, `view` is the
// mountpoint, the host's trees are in `host`.

import ModelReference

extension Step {
  var line: String {
    switch self {
    case .call(let operation): operation.line
    case .change(let change): change.line
    case .explain(let path): "bindlink explain view/" + path.joined(separator: "/")
    case .handle(let use): use.line
    }
  }
}

extension HandleUse {
  /// Bash's descriptors 10 and up are the slots.
  var line: String {
    let (number, path) = (10 + slot, path.joined(separator: "/"))
    switch kind {
    case .openFile: return "exec \(number)<>view/\(path)"
    case .openDirectory: return "exec \(number)<view/\(path)"
    case .read:
      return "perl -e 'open(F, \"<&=\(number)\"); sysseek(F, 0, 0); sysread(F, $a, 99); print $a'"
    case .write:
      return "perl -e 'open(F, \"+<&=\(number)\"); sysseek(F, 0, 0); syswrite(F, \"\(text)\")'"
    case .lookUp: return "stat /proc/self/fd/\(number)/\(path)"
    }
  }
}

extension LinkChange {
  var line: String {
    func text(_ path: [String]) -> String { path.joined(separator: "/") }
    switch kind {
    case .remove: return "bindlink remove view/\(text(path))"
    case .removeAll: return "bindlink remove view/\(text(path)) --recursive"
    case .apply:
      let table = ShellScript.yaml(table!).joined(separator: "\n")
      return "cat > table.yaml <<'END'\n\(table)\nEND\nbindlink apply table.yaml view"
    case .create, .replace:
      let backing = backingInView.map { "view/" + text($0) } ?? "host/" + text(link.backing)
      return "bindlink \(kind.rawValue) view/\(text(path)) \(backing)"
        + (link.isReadOnly ? " --read-only" : "") + (link.isMerged ? " --merged" : "")
        + (link.makesParents ? " --parents" : "")
        + link.exceptions.map { " --except '\($0)'" }.joined()
    }
  }
}

extension Operation {
  private func quoted(_ text: String) -> String {
    text.contains("*") || text.contains(" ") || text.isEmpty ? "'\(text)'" : text
  }

  private func place(_ path: [String]) -> String {
    ([side == .view ? "view" : "host"] + path).joined(separator: "/")
  }

  var line: String {
    let (path, other) = (place(path), other.isEmpty ? "" : place(other))
    let mode = "0" + String(number, radix: 8)
    func perl(_ call: String) -> String { "perl -e '\(call) or die \"$!\\n\"'" }
    switch kind {
    case .status: return "stat \(path)"
    case .readLink: return "readlink \(path)"
    case .read: return "cat \(path)"
    case .list: return "ls \(path)"
    case .write:
      let flags = variant == .exclusive ? "O_WRONLY|O_TRUNC" : "O_WRONLY"
      return opening(path, flags, mode)
    case .append: return opening(path, "O_WRONLY|O_APPEND", mode)
    case .create:
      return opening(path, "O_WRONLY|O_CREAT" + (variant == .exclusive ? "|O_EXCL" : ""), mode)
    case .truncate: return perl("truncate(\"\(path)\", \(number))")
    case .makeDirectory: return "mkdir -m \(mode) \(path)"
    case .makeFIFO: return "mkfifo -m \(mode) \(path)"
    case .removeDirectory: return "rmdir \(path)"
    case .unlink: return "unlink \(path)"
    case .rename:
      let flags = variant == .exchange ? 2 : variant == .noReplace ? 1 : 0
      return perl(
        "syscall(316, -100, my $a = \"\(path)\", -100, my $b = \"\(other)\", \(flags)) == 0")
    case .link: return perl("link(\"\(path)\", \"\(other)\")")
    case .symbolicLink: return "ln -sn \(quoted(text)) \(path)"
    case .changeMode: return "chmod \(mode) \(path)"
    case .access: return "perl -MPOSIX -e 'access(\"\(path)\", \(number)) or die \"$!\\n\"'"
    case .temporaryFile:
      return
        "perl -MFcntl -e 'sysopen(F, \"\(path)\", O_WRONLY|020200000, \(mode)) or die \"$!\\n\"; "
        + "print F \"\(text)\"; $| = 1; syscall(265, -100, \"/proc/self/fd/\" . fileno(F), -100, "
        + "\"\(other)\", 0x400) == 0 or die \"$!\\n\"'"
    }
  }

  private func opening(_ path: String, _ flags: String, _ mode: String) -> String {
    "perl -MFcntl -e 'sysopen(F, \"\(path)\", \(flags)|O_NOFOLLOW|O_NONBLOCK, \(mode)) "
      + "or die \"$!\\n\"; syswrite(F, \"\(text)\") or die \"$!\\n\"'"
  }
}
