// Finds what can be flipped in a Swift file: comparisons, boolean operators and branches. Each place
// becomes a call that asks whether it is the mutant of this process, so that one build has them all.

import SwiftOperators
import SwiftParser
import SwiftSyntax

/// One thing to flip. `function` and `change` name it, whatever line it stands in.
struct Mutant {
  let number: Int
  let line: Int
  let function: String
  let change: String
}

/// What the calls in the copy do. `flips` is true of one number in the process at most.
let mutantFunctions = """
  import Glibc

  private let activeMutant = unsafe Int32(getenv("BINDLINK_MUTANT").map { unsafe atoi($0) } ?? 0)

  @usableFromInline func flips(_ number: Int32) -> Bool { number == activeMutant }
  @usableFromInline func keeps(_ number: Int32) -> Bool { number != activeMutant }
  @usableFromInline func flip(_ number: Int32, _ value: Bool) -> Bool { flips(number) != value }
  @usableFromInline
  func and(_ number: Int32, _ a: Bool, _ b: @autoclosure () throws -> Bool) rethrows -> Bool {
    try flips(number) ? a || b() : a && b()
  }
  @usableFromInline
  func or(_ number: Int32, _ a: Bool, _ b: @autoclosure () throws -> Bool) rethrows -> Bool {
    try flips(number) ? a && b() : a || b()
  }
  @usableFromInline
  func less<T: Comparable>(_ number: Int32, _ a: T, _ b: T) -> Bool {
    flips(number) ? a <= b : a < b
  }
  @usableFromInline
  func lessOrEqual<T: Comparable>(_ number: Int32, _ a: T, _ b: T) -> Bool {
    flips(number) ? a < b : a <= b
  }
  @usableFromInline
  func greater<T: Comparable>(_ number: Int32, _ a: T, _ b: T) -> Bool {
    flips(number) ? a >= b : a > b
  }
  @usableFromInline
  func greaterOrEqual<T: Comparable>(_ number: Int32, _ a: T, _ b: T) -> Bool {
    flips(number) ? a > b : a >= b
  }
  @usableFromInline
  func present<T>(_ number: Int32, _ value: T?) -> T? { flips(number) ? nil : value }

  """

final class MutantFinder: SyntaxVisitor {
  private struct Edit {
    let range: Range<Int>
    let text: String
    /// At one place an inner closing comes first, then an outer opening.
    let rank: Int
  }

  private(set) var mutants: [Mutant] = []
  private let tree: SourceFileSyntax
  private let text: [UInt8]
  private let lines: SourceLocationConverter
  private var edits: [Edit] = []
  private var names: [String] = []
  private var next: Int

  init(text: String, firstNumber: Int) throws {
    self.text = Array(text.utf8)
    let folded = try OperatorTable.standardOperators.foldAll(Parser.parse(source: text))
    tree = folded.cast(SourceFileSyntax.self)
    lines = SourceLocationConverter(fileName: "", tree: tree)
    next = firstNumber
    super.init(viewMode: .sourceAccurate)
    walk(tree)
  }

  /// The file with a call at each place.
  var mutated: String {
    var result: [UInt8] = []
    var copied = 0
    for edit in edits.sorted(by: {
      ($0.range.lowerBound, $0.rank) < ($1.range.lowerBound, $1.rank)
    }) {
      result += text[copied..<edit.range.lowerBound] + Array(edit.text.utf8)
      copied = edit.range.upperBound
    }
    return String(decoding: result + text[copied...], as: UTF8.self)
  }

  // MARK: Edits

  private func add(_ node: some SyntaxProtocol, _ change: String) -> Int {
    let line = lines.location(for: node.positionAfterSkippingLeadingTrivia).line
    mutants.append(
      Mutant(
        number: next, line: line, function: names.joined(separator: "."), change: change))
    next += 1
    return next - 1
  }

  private func insert(before node: some SyntaxProtocol, _ text: String) {
    let offset = node.positionAfterSkippingLeadingTrivia.utf8Offset
    edits.append(Edit(range: offset..<offset, text: text, rank: edits.count))
  }

  private func insert(after node: some SyntaxProtocol, _ text: String) {
    let offset = node.endPositionBeforeTrailingTrivia.utf8Offset
    edits.append(Edit(range: offset..<offset, text: text, rank: -edits.count))
  }

  private func wrap(_ node: some SyntaxProtocol, _ opening: String) {
    insert(before: node, opening)
    insert(after: node, ")")
  }

  /// `a + b` to `function(number, a, b)`.
  private func replace(_ infix: InfixOperatorExprSyntax, with opening: String) {
    wrap(infix, opening)
    let start = infix.operator.positionAfterSkippingLeadingTrivia.utf8Offset
    let end = infix.operator.endPositionBeforeTrailingTrivia.utf8Offset
    edits.append(Edit(range: start..<end, text: ",", rank: edits.count))
  }

  private func short(_ node: some SyntaxProtocol) -> String {
    let words = node.trimmedDescription.split(whereSeparator: \.isWhitespace)
    let line = words.joined(separator: " ")
    return line.count <= 100 ? line : line.prefix(100) + "…"
  }

  // MARK: Conditions

  private static let comparisons = [
    "==": "!=", "!=": "==", "===": "!==", "!==": "===", "<": ">=", ">=": "<", ">": "<=",
    "<=": ">", "~=": "!~=",
  ]
  private static let bounds = [
    "<": ("less", "<="), "<=": ("lessOrEqual", "<"), ">": ("greater", ">="),
    ">=": ("greaterOrEqual", ">"),
  ]
  private static let connectives = ["&&": ("and", "||"), "||": ("or", "&&")]

  private static func operatorText(_ expression: ExprSyntax) -> String? {
    expression.as(InfixOperatorExprSyntax.self)?.operator.as(BinaryOperatorExprSyntax.self)?
      .operator.text
  }

  private func withoutParentheses(_ expression: ExprSyntax) -> ExprSyntax {
    guard let tuple = expression.as(TupleExprSyntax.self), tuple.elements.count == 1,
      let element = tuple.elements.first, element.label == nil
    else { return expression }
    return withoutParentheses(element.expression)
  }

  /// A place where a boolean decides. A comparison and a `!` are flipped where they are visited.
  private func decides(_ place: ExprSyntax) {
    let inner = withoutParentheses(place)
    if inner.is(BooleanLiteralExprSyntax.self) { return }
    if inner.as(PrefixOperatorExprSyntax.self)?.operator.text == "!" { return }
    if let text = Self.operatorText(inner), Self.comparisons[text] != nil { return }
    wrap(place, "flip(\(add(place, "\(short(place)) -> not")), ")
  }

  override func visit(_ node: InfixOperatorExprSyntax) -> SyntaxVisitorContinueKind {
    guard let text = Self.operatorText(ExprSyntax(node)) else { return .visitChildren }
    if let flipped = Self.comparisons[text] {
      wrap(node, "flip(\(add(node, "\(short(node)) -> \(flipped)")), ")
      if let (function, moved) = Self.bounds[text] {
        replace(node, with: "\(function)(\(add(node, "\(short(node)) -> \(moved)")), ")
      }
    } else if let (function, flipped) = Self.connectives[text] {
      replace(node, with: "\(function)(\(add(node, "\(short(node)) -> \(flipped)")), ")
      for operand in [node.leftOperand, node.rightOperand]
      where Self.operatorText(withoutParentheses(operand)).flatMap({ Self.connectives[$0] }) == nil
      {
        decides(operand)
      }
    } else if text == "??" {
      let number = add(node, "\(short(node)) -> \(short(node.rightOperand))")
      wrap(node.leftOperand, "present(\(number), ")
    }
    return .visitChildren
  }

  override func visit(_ node: PrefixOperatorExprSyntax) -> SyntaxVisitorContinueKind {
    if node.operator.text == "!" {
      wrap(node, "flip(\(add(node, "\(short(node)) -> without !")), ")
    }
    return .visitChildren
  }

  override func visit(_ node: TernaryExprSyntax) -> SyntaxVisitorContinueKind {
    decides(node.condition)
    return .visitChildren
  }

  /// Of `if`, `guard` and `while`.
  override func visit(_ node: ConditionElementSyntax) -> SyntaxVisitorContinueKind {
    switch node.condition {
    case .expression(let expression): decides(expression)
    case .optionalBinding, .matchingPattern:
      insert(after: node.condition, ", keeps(\(add(node, "\(short(node.condition)) -> never")))")
    default: break
    }
    return .visitChildren
  }

  override func visit(_ node: ForStmtSyntax) -> SyntaxVisitorContinueKind {
    if let clause = node.whereClause { decides(clause.condition) }
    return .visitChildren
  }

  // MARK: Predicates

  private static let predicates: Set<String> = [
    "allSatisfy", "contains", "count", "drop", "filter", "first", "firstIndex", "last", "lastIndex",
    "lexicographicallyPrecedes", "paths", "prefix", "sorted",
  ]

  override func visit(_ node: FunctionCallExprSyntax) -> SyntaxVisitorContinueKind {
    let called =
      node.calledExpression.as(MemberAccessExprSyntax.self)?.declName.baseName.text
      ?? node.calledExpression.as(DeclReferenceExprSyntax.self)?.baseName.text
    guard let called, Self.predicates.contains(called) else { return .visitChildren }
    let closures =
      node.arguments.map(\.expression).compactMap { $0.as(ClosureExprSyntax.self) }
      + [node.trailingClosure].compactMap { $0 } + node.additionalTrailingClosures.map(\.closure)
    for closure in closures where closure.statements.count == 1 {
      guard case .expr(let expression) = closure.statements.first?.item,
        !expression.is(IfExprSyntax.self), !expression.is(SwitchExprSyntax.self)
      else { continue }
      decides(expression)
    }
    for argument in node.arguments {
      if let binary = argument.expression.as(BinaryOperatorExprSyntax.self),
        let flipped = Self.comparisons[binary.operator.text]
      {
        let number = add(node, "\(called)(\(binary.operator.text)) -> \(flipped)")
        insert(before: binary, "flips(\(number)) ? (\(flipped)) : (")
        insert(after: binary, ")")
      }
      if let keyPath = argument.expression.as(KeyPathExprSyntax.self) {
        let number = add(node, "\(called)(\(short(keyPath))) -> not")
        insert(before: keyPath, "{ flip(\(number), $0[keyPath: ")
        insert(after: keyPath, "]) }")
      }
    }
    return .visitChildren
  }

  // MARK: Cases

  /// Each case is kept from matching. A switch without `default` gets one with what the last case
  /// without bindings does.
  override func visit(_ node: SwitchExprSyntax) -> SyntaxVisitorContinueKind {
    let cases = node.cases.compactMap { $0.as(SwitchCaseSyntax.self) }
    func items(_ this: SwitchCaseSyntax) -> SwitchCaseItemListSyntax? {
      this.label.as(SwitchCaseLabelSyntax.self)?.caseItems
    }
    var spared: SwitchCaseSyntax?
    if cases.allSatisfy({ items($0) != nil }) {
      spared = cases.last {
        items($0)!.allSatisfy { $0.whereClause == nil } && !items($0)!.description.contains("let ")
      }
      guard let spared else { return .visitChildren }
      insert(before: node.rightBrace, "default: \(spared.statements.description)\n")
    }
    for this in cases where this != spared {
      for item in items(this) ?? [] {
        let number = add(item, "case \(short(item.pattern)) -> never")
        if let clause = item.whereClause {
          insert(before: clause.condition, "keeps(\(number)) && ")
          decides(clause.condition)
        } else {
          insert(after: item.pattern, " where keeps(\(number))")
        }
      }
    }
    return .visitChildren
  }

  // MARK: Names without labels, which change more often than what a function does

  private func enter(_ name: String) -> SyntaxVisitorContinueKind {
    names.append(name)
    return .visitChildren
  }

  private func leave() { names.removeLast() }

  override func visit(_ node: StructDeclSyntax) -> SyntaxVisitorContinueKind {
    enter(node.name.text)
  }
  override func visitPost(_ node: StructDeclSyntax) { leave() }

  override func visit(_ node: ClassDeclSyntax) -> SyntaxVisitorContinueKind {
    enter(node.name.text)
  }
  override func visitPost(_ node: ClassDeclSyntax) { leave() }

  override func visit(_ node: EnumDeclSyntax) -> SyntaxVisitorContinueKind {
    enter(node.name.text)
  }
  override func visitPost(_ node: EnumDeclSyntax) { leave() }

  override func visit(_ node: ExtensionDeclSyntax) -> SyntaxVisitorContinueKind {
    enter(node.extendedType.trimmedDescription)
  }
  override func visitPost(_ node: ExtensionDeclSyntax) { leave() }

  override func visit(_ node: FunctionDeclSyntax) -> SyntaxVisitorContinueKind {
    enter(node.name.text)
  }
  override func visitPost(_ node: FunctionDeclSyntax) { leave() }

  override func visit(_ node: InitializerDeclSyntax) -> SyntaxVisitorContinueKind {
    enter("init")
  }
  override func visitPost(_ node: InitializerDeclSyntax) { leave() }

  override func visit(_ node: SubscriptDeclSyntax) -> SyntaxVisitorContinueKind {
    enter("subscript")
  }
  override func visitPost(_ node: SubscriptDeclSyntax) { leave() }

  /// Properties; local variables add no name.
  override func visit(_ node: VariableDeclSyntax) -> SyntaxVisitorContinueKind {
    if node.parent?.is(MemberBlockItemSyntax.self) == true {
      names.append(node.bindings.first?.pattern.trimmedDescription ?? "")
    }
    return .visitChildren
  }
  override func visitPost(_ node: VariableDeclSyntax) {
    if node.parent?.is(MemberBlockItemSyntax.self) == true { leave() }
  }
}
