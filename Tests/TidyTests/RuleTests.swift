import Testing

/// The rules themselves: each finds its breach and lets good code pass.
@Suite struct RuleTests {
    private func file(_ text: String, at path: String = "Sources/Kernel/Storage/Sample.swift") -> SourceFile {
        SourceFile(path: path, text: text)
    }

    @Test func findsAnImportAgainstTheArrows() {
        #expect(Rules.arrows(file("import Documents\npackage import KubeModel\n")).map(\.line) == [2])
        #expect(Rules.arrows(file("import struct Reconcile.World")).map(\.rule) == ["Storage may not import Reconcile"])
        #expect(Rules.arrows(file("import Foundation")).count == 1)
        #expect(Rules.arrows(file("import KubeAPI", at: "Sources/Kubernetes/KubeClient/Sample.swift")).count == 1)
        #expect(Rules.arrows(file("import CYAML", at: "Sources/Kubernetes/KubeModel/Sample.swift")).count == 1)
        #expect(Rules.arrows(file("let text = \"import Foundation\" // import Foundation")).isEmpty)
    }

    @Test func readsTheArrowsOfThePackage() {
        let package =
            "target(\"Kernel\", \"Storage\", [\"Documents\"]),\n.executableTarget(\nname: \"x\", dependencies: [\"A\", \"B\"], path: \"p\")"
        let declared = Architecture.declared(in: package)
        #expect(declared.map(\.target) == ["Storage", "x"])
        #expect(declared.map(\.dependencies) == [["Documents"], ["A", "B"]])
        #expect(declared.map(\.line) == [1, 2])
    }

    @Test func findsLongFunctionsAndFilesButNotGeneratedTables() {
        let lines = String(repeating: "    call()\n", count: 70)
        #expect(Rules.sizes(file("func f(_ g: () -> Void = {}) async {\n\(lines)}\n")).map(\.line) == [1])
        #expect(Rules.sizes(file("protocol P {\n    func f()\n    func g() -> Int\n}\nstruct S {\n\(lines)}\n")).isEmpty)
        #expect(Rules.sizes(file(String(repeating: "\n", count: 401))).count == 1)
        #expect(Rules.sizes(file("// Written by Tools/tables.py\n" + String(repeating: "\n", count: 500))).isEmpty)
    }

    @Test(arguments: [
        "let now = Date()", "try await Task.sleep(for: .seconds(1))", "Task { run() }", "Task(priority: .low) { }", "Task.detached { }",
        "let n = Int.random(in: 0..<3)", "try! load()", "x as! String", "list.first!", "table[3]!", "make()!.name", "\"\\(name!)\"",
    ])
    func findsWhatEscapesOrTraps(_ text: String) { #expect(Rules.bans(file(text)).count == 1) }

    @Test(arguments: [
        "if a != b, !c { return !d }", "try Task.checkCancellation()", "while !Task.isCancelled {}", "a !== b", "// Task { }",
        "let s = \"Task { x! }\"",
        "#\"\\(name!)\"#", "guard let x, !(y) else { return }",
    ])
    func letsGoodCodePass(_ text: String) { #expect(Rules.bans(file(text)).isEmpty) }

    @Test func kernelControlMayOwnTimeAndTasks() {
        #expect(Rules.bans(file("Task { }", at: "Sources/Kernel/Control/Sample.swift")).isEmpty)
    }

    @Test func findsDeclarationsWithoutDocumentation() {
        func breaches(_ text: String) -> [Int] {
            let sample = file(text)
            return DocumentationRule(files: [sample]).breaches(sample).map(\.line)
        }
        #expect(breaches("package struct A {\n    package let a: Int\n\n    package func b() { c() }\n}") == [1, 2, 4])
        #expect(breaches("/// An a.\npackage struct A {\n    package let a: Int\n    package init(a: Int) { self.a = a }\n}").isEmpty)
        #expect(
            breaches("/// A p.\nprotocol P {\n    /// Runs.\n    func run()\n}\n\nextension A: P {\n    package func run() {}\n}").isEmpty)
        #expect(breaches("/// Fields.\npackage struct AFields {\n\n    package let a = 1\n\n    package let b = 2\n}").isEmpty)
    }

    @Test(arguments: ["let a = 3", "}", "if ready {", "return make(a)", "count = 0", "object.call()", "import Storage"])
    func findsCodeInComments(_ text: String) { #expect(Rules.comments(file("// \(text)")).count == 1) }

    @Test(arguments: [
        "Let one in.", "A key is `a = b`.", "if it is gone, nothing", "see close()", "return early: the key is gone", "1 = yes",
    ])
    func letsProsePass(_ text: String) { #expect(Rules.comments(file("// \(text)")).isEmpty) }

    @Test func findsDutiesWithoutAnIssue() {
        let duty = "TO" + "DO"
        #expect(Rules.comments(file("// \(duty): later")).count == 1)
        #expect(Rules.comments(file("/// \(duty)(#12): later")).isEmpty)
    }

    @Test func findsTalkAboutAWorkplace() {
        let path = "/wo" + "rk/data"
        let host = "pypi" + ".org"
        func rules(_ text: String, path: String = "README.md") -> Int { WorkplaceRule.breaches(path: path, text: text, prose: nil).count }
        #expect(rules("reads \(path)/x\nfrom \(host)") == 2)
        #expect(rules("a workload at network/x") == 0)
        #expect(rules("see https://\(host)", path: "Tools/install-clients") == 0)
    }
}
