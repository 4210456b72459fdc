import Testing

@testable import Linux

@Suite(.enabled(if: isRoot)) struct NftablesTests {
    @Test func `a script is one transaction in its own namespace`() throws {
        try withNamespaces(2) { paths in
            let nft = try Nftables(namespace: paths[0])
            try nft.run("table ip a { set s { type ipv4_addr; elements = { 10.0.0.1 }; }; }")
            #expect(throws: NftablesError.self) { try nft.run("add element ip a s { 10.0.0.2 }\nadd element ip a none { 10.0.0.3 }") }
            #expect(try nft.list("list set ip a s").contains("elements = { 10.0.0.1 }"))
            #expect(try Nftables(namespace: paths[1]).list("list ruleset").isEmpty)
        }
    }

    @Test func `a refusal carries nft's words, and the next script works`() throws {
        try withNamespaces { paths in
            let nft = try Nftables(namespace: paths[0])
            let failure = #expect(throws: NftablesError.self) { try nft.run("add rule ip none none accept") }
            #expect(failure?.text.contains("No such file or directory") == true)
            let syntax = #expect(throws: NftablesError.self) { try nft.run("add nonsense") }
            #expect(syntax?.text.contains("syntax error") == true)
            try nft.run("add table ip b")
            #expect(try nft.json("list tables").contains("\"name\": \"b\""))
        }
    }
}
