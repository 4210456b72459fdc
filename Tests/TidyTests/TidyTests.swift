import Testing

/// A rule of style is a test or it is not a rule.
@Suite struct TidyTests {
    private func report(_ breaches: [Breach]) {
        for breach in breaches where !Exceptions.covers(breach) { Issue.record("\(breach)") }
    }

    @Test func importsFollowTheTableOfArrows() { report(Repository.sources.flatMap(Rules.arrows)) }

    @Test func thePackageDeclaresNoArrowThatTheTableLacks() throws {
        let declared = Architecture.declared(in: try #require(Repository.text("Package.swift")))
        #expect(Set(Architecture.mayImport.keys).isSubset(of: declared.map(\.target)))
        for (target, dependencies, line) in declared where !["eyrie-bench", "eyrie-behaviours"].contains(target) {
            for module in dependencies where !Architecture.allows(target, module) {
                Issue.record("Package.swift:\(line): \(target) may not depend on \(module)")
            }
        }
    }

    @Test func filesAndFunctionsCanBeReadAtOnce() { report(Repository.swift.flatMap(Rules.sizes)) }

    @Test func timeChanceAndTasksAreInjectedAndNothingTraps() { report(Repository.sources.flatMap(Rules.bans)) }

    @Test func packageDeclarationsSayWhatTheyAre() {
        report(Repository.sources.flatMap(DocumentationRule(files: Repository.sources).breaches))
    }

    @Test func commentsHoldNoCodeAndNoNamelessDuties() { report(Repository.swift.flatMap(Rules.comments)) }

    @Test func noTwoFilesOfATargetShareAName() {
        var seen: [String: String] = [:]
        for file in Repository.sources {
            guard let home = file.home, let name = file.path.split(separator: "/").last else { continue }
            let key = "\(home.target)/\(name)"
            if let other = seen[key] { Issue.record("\(file.path):1: \(other) has the same name") }
            seen[key] = file.path
        }
    }

    @Test func textsSpeakOfTheProjectAlone() {
        let prose = Dictionary(uniqueKeysWithValues: Repository.swift.map { ($0.path, $0.comments) })
        report(
            Repository.paths.flatMap { path in
                Repository.text(path).map { WorkplaceRule.breaches(path: path, text: $0, prose: prose[path]) } ?? []
            })
    }
}

/// Known breaches, each with the date from which it is to be gone; the list only shrinks.
enum Exceptions {
    static let known: [(path: String, rule: String)] = []

    static func covers(_ breach: Breach) -> Bool { known.contains { breach.path == $0.path && breach.rule.contains($0.rule) } }
}
