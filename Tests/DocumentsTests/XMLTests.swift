import Documents
import Testing

@Suite struct XMLTests {
    @Test func writesAndReadsBack() throws {
        var writer = XMLWriter(declaration: true)
        writer.element("DescribeVpcsResponse", attributes: [("xmlns", "http://ec2/\"<&")]) { writer in
            writer.element("requestId", "a<b>&\"'é😀\n")
            writer.element("vpcSet") { writer in
                writer.element("item") { $0.element("vpcId", "vpc-1") }
                writer.element("item") { $0.element("vpcId", "vpc-2") }
            }
            writer.element("empty", "")
        }
        let root = try XMLElement.parse(writer.bytes)
        #expect(root.name == "DescribeVpcsResponse")
        #expect(root.attributes == ["xmlns": "http://ec2/\"<&"])
        #expect(root["requestId"]?.text == "a<b>&\"'é😀\n")
        #expect(root["vpcSet"]?.all("item").map { $0["vpcId"]?.text } == ["vpc-1", "vpc-2"])
        #expect(root["empty"]?.text == "")
    }

    @Test func readsWhatOthersWrite() throws {
        let text =
            "\u{FEFF}<?xml version='1.0'?>\n<!-- note -->\n<a b='1' c=\"&#x41;&#66;\"><b/>x<!-- y --><![CDATA[<&]]>&apos;<d >\n</d></a>\n"
        let root = try XMLElement.parse(Array(text.utf8))
        #expect(root.attributes == ["b": "1", "c": "AB"])
        #expect(root.text == "x<&'")
        #expect(root.children.map(\.name) == ["b", "d"])
    }

    @Test(arguments: [
        "", "text", "<a>", "<a></b>", "<a/><b/>", "<a b=1/>", "<a b='1' b='2'/>", "<a>&nbsp;</a>", "<a>&#0;</a>", "<a>\u{1}</a>", "</a>",
        "<a", "<1/>",
        "<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>", "<a><!DOCTYPE b></a>", "<a b='<'/>", "<a><![CDATA[x</a>", "<a>&amp", "<a b='1'c='2'/>",
    ])
    func refusesWhatIsNotWellFormed(text: String) { #expect(throws: DocumentError.self) { try XMLElement.parse(Array(text.utf8)) } }

    @Test func keepsToItsLimits() {
        #expect(throws: DocumentError.self) { try XMLElement.parse(Array(String(repeating: "<a>", count: 100_000).utf8)) }
        #expect(throws: DocumentError.self) { try XMLElement.parse([0x3C, 0x61, 0x3E, 0xFF]) }
    }
}
