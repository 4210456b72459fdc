import Documents
import Testing

@testable import Eksctl

/// Flags and arguments in pflag's grammar, with its texts.
@Suite struct CommandLineTests {
    private let flags = [
        Flag("name", short: "n", "a name"), Flag("nodes", short: "N", .number, "a number"), Flag("tags", .list, "a list"),
        Flag("wait", short: "w", .toggle, "a toggle"),
    ]
    private func read(_ words: String...) throws(UsageError) -> Arguments { try Arguments(words, flags: flags) }
    private func refusal(_ words: [String]) -> String {
        do throws(UsageError) {
            _ = try Arguments(words, flags: flags)
            return "accepted"
        } catch { return error.description }
    }

    @Test func everySpellingOfAValueIsTheSame() throws {
        for words in [["--name", "a"], ["--name=a"], ["-n", "a"], ["-na"], ["-n=a"]] {
            #expect(try Arguments(words, flags: flags)["name"] == "a")
        }
        #expect(try read("--name=a=b")["name"] == "a=b")
        #expect(try read("--name=")["name"] == "")
        #expect(try read("--nodes=-3").number("nodes") == -3)
    }

    @Test func togglesNeedNoValue() throws {
        #expect(try read("--wait").isOn("wait"))
        #expect(try read("-w").isOn("wait"))
        let off = try read("--wait=false", "a")
        #expect(!off.isOn("wait") && off.has("wait") && off.positional == ["a"])
        #expect(try !read("a").has("wait"))
    }

    @Test func listsAddUp() throws {
        let arguments = try read("--tags", "a=1,b=2", "--tags=c=x=y")
        #expect(arguments.list("tags") == ["a=1", "b=2", "c=x=y"])
        #expect(try arguments.pairs("tags") == ["a": "1", "b": "2", "c": "x=y"])
        #expect(throws: UsageError("invalid argument \"a\" for \"--tags\" flag: a must be formatted as key=value")) {
            try read("--tags=a").pairs("tags")
        }
    }

    @Test func twoDashesEndTheFlags() throws {
        let arguments = try read("a", "--", "--name", "-x")
        #expect(arguments.positional == ["a", "--name", "-x"])
        #expect(try read("-").positional == ["-"])
    }

    @Test(arguments: [
        (["--nam"], "unknown flag: --nam"), (["-x"], "unknown shorthand flag: 'x' in -x"), (["--name"], "flag needs an argument: --name"),
        (["-n"], "flag needs an argument: -n"),
        (["--nodes=many"], "invalid argument \"many\" for \"--nodes\" flag: strconv.ParseInt: parsing \"many\": invalid syntax"),
        (["--wait=maybe"], "invalid argument \"maybe\" for \"--wait\" flag: strconv.ParseBool: parsing \"maybe\": invalid syntax"),
    ])
    func whatIsWrongIsSaidInPflagsWords(_ words: [String], _ text: String) { #expect(refusal(words) == text) }

    @Test func everyCommandTellsItsUsage() {
        func check(_ command: Command, _ path: String) {
            let usage = command.usage(path: path)
            #expect(usage.contains("Usage: \(path)"))
            for flag in command.flags { #expect(usage.contains("--\(flag.name)"), "\(path) --\(flag.name)") }
            for inner in command.subcommands { check(inner, "\(path) \(inner.name)") }
        }
        for command in EksctlCommands.all { check(command, "eyrie \(command.name)") }
    }

    @Test func noFlagOfACommandIsDeclaredTwice() {
        func check(_ command: Command) {
            #expect(Set(command.flags.map(\.name)).count == command.flags.count, "\(command.name)")
            let letters = command.flags.compactMap(\.short)
            #expect(Set(letters).count == letters.count, "\(command.name) \(letters)")
            command.subcommands.forEach(check)
        }
        EksctlCommands.all.forEach(check)
    }
}

/// Tables with eksctl's tab stops.
@Suite struct TabTableTests {
    @Test func columnsAlignAtTabStopsAndTheLastIsNotFilled() {
        var table = TabTable(["NAME", "REGION", "EKSCTL CREATED"])
        table.add(["EKS-Test", "us-west-1", "True"])
        #expect(table.text == "NAME\t\tREGION\t\tEKSCTL CREATED\nEKS-Test\tus-west-1\tTrue")
    }
    @Test func anEmptyCellKeepsItsColumn() {
        var table = TabTable(["A", "B", "C"])
        table.add(["", "", "c"])
        #expect(table.text == "A\tB\tC\n\t\tc")
    }
}

/// The sizes that `scale nodegroup` asks for against those that stand.
@Suite struct ScaleTests {
    private let group = NodegroupSummary(
        name: "ng-1", cluster: "EKS-Test", managed: false, status: "", created: .null, minimum: 3, maximum: 3, desired: 3, instanceType: "",
        image: "",
        autoScalingGroup: "", role: "", version: "")
    private func sizes(_ nodes: Int?, _ low: Int? = nil, _ high: Int? = nil) throws(UsageError) -> [Int] {
        let sizes = try ScaleNodegroup.newSizes(group, (nodes, low, high), "EKS-Test")
        return [sizes.minimum, sizes.desired, sizes.maximum]
    }

    @Test func withinWiderLimitsItGrows() throws {
        #expect(try sizes(5, 3, 5) == [3, 5, 5])
        #expect(try sizes(nil, 1, nil) == [1, 3, 3])
        #expect(try sizes(3) == [3, 3, 3])
    }
    @Test(
        arguments: [
            (5, nil, nil, "the desired nodes 5 is greater than current nodes-max/maxSize 3"),
            (2, nil, nil, "the desired nodes 2 is less than current nodes-min/minSize 3"),
            (6, 3, 5, "the desired nodes 6 is greater than the nodes-max/maxSize 5"),
            (3, 4, 5, "the desired nodes 3 is less than the nodes-min/minSize 4"),
            (nil, nil, 2, "the desired nodes 3 is greater than the nodes-max/maxSize 2"),
        ] as [(Int?, Int?, Int?, String)])
    func outsideItIsRefusedInEksctlsWords(_ nodes: Int?, _ low: Int?, _ high: Int?, _ text: String) {
        #expect(throws: UsageError("failed to scale nodegroup for cluster \"EKS-Test\", error: \(text)")) { try sizes(nodes, low, high) }
    }
}
