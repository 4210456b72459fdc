import Documents
import Testing

@testable import KubeModel

@Suite struct QuantityTests {
    @Test func plainTextsAreReadAsAllOthers() throws {
        for digits in ["0", "00", "1", "7", "010", "64", "100", "512", "999", "1000", "1023", "1024", "1536", "2048", "123456789"] {
            for suffix in ["", "m", "k", "M", "Ki", "Mi", "Gi"] {
                let plain = try #require(PlainQuantity(digits + suffix))
                // A point makes it a text of the general reader.
                let general = try Quantity(parsing: digits + "." + suffix)
                #expect(plain.nanos == general.nanos && plain.format == general.format)
                #expect(plain.isCanonical == (general.text == digits + suffix))
            }
        }
        for text in ["", "m", "1.5", "-1", "1i", "1ii", "1mi", "1KI", "1e3", "1234567890", "1 ", "1Kii"] {
            #expect(PlainQuantity(text) == nil)
        }
    }

    @Test(arguments: [
        ("0", "0"), ("100m", "100m"), ("1000m", "1"), ("0.5", "500m"), ("1.5Gi", "1536Mi"), ("1Gi", "1Gi"), ("1024Mi", "1Gi"),
        ("128974848", "128974848"), ("129e6", "129e6"), ("129M", "129M"), ("123Mi", "123Mi"), ("1000k", "1M"), ("1E", "1E"), ("1e3", "1e3"),
        ("0.1Ki", "102400m"), ("1023", "1023"), ("512Ki", "512Ki"), ("-1.5", "-1500m"), ("1n", "1n"), ("0.1n", "1n"), ("+5", "5"),
        (".5", "500m"), ("5.", "5"), ("1Ki", "1Ki"), ("0Gi", "0"), ("12345678901234567890", "9223372036854775807"),
        ("3000000Ki", "3000000Ki"),
    ]) func textsAreCanonicalised(_ text: String, _ canonical: String) throws {
        #expect(try Quantity(parsing: text).text == canonical)
    }

    @Test(arguments: ["", "1.2.3", "abc", "1 Gi", "1gi", "1KiB", "--1", "1e", "Gi", "1mm", "0x1", "1_000"]) func nonsenseIsRefused(
        _ text: String
    ) {
        #expect(Quantity(text) == nil)
    }

    @Test func unitsAndThousandthsRoundUp() {
        #expect(Quantity("100m")?.units == 1)
        #expect(Quantity("1500m")?.units == 2)
        #expect(Quantity("-1500m")?.units == -1)
        #expect(Quantity("1u")?.milli == 1)
        #expect(Quantity("2")?.milli == 2000)
        #expect(Quantity("1Gi")?.units == 1 << 30)
    }

    @Test func sumsKeepTheFormatAndTheValue() throws {
        let sum = try Quantity(parsing: "512Mi") + Quantity(parsing: "512Mi")
        #expect(sum.text == "1Gi")
        #expect((Quantity.zero + sum).text == "1Gi")
        #expect((try Quantity(parsing: "1") - Quantity(parsing: "250m")).text == "750m")
        #expect(try Quantity(parsing: "1000m") == Quantity(parsing: "1"))
        #expect(try Quantity(parsing: "1Ki") > Quantity(parsing: "1k"))
    }

    @Test func everyCanonicalTextReadsBackAsItself() throws {
        var state: UInt64 = 42
        for _ in 0..<2000 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let suffix = ["n", "u", "m", "", "k", "M", "G", "Ki", "Mi", "Gi", "e2", "e-3"][Int(state >> 60) % 12]
            let text = "\((state >> 33) % 1_000_000).\((state >> 20) % 1000)\(suffix)"
            let quantity = try Quantity(parsing: text)
            let again = try Quantity(parsing: quantity.text)
            #expect(again == quantity && again.text == quantity.text, "\(text)")
        }
    }

    @Test func numbersInDocumentsAreQuantitiesToo() {
        #expect(Quantity(Value.int(2))?.text == "2")
        #expect(Quantity(Value.double(0.5))?.text == "500m")
        #expect(Quantity(Value.bool(true)) == nil)
    }
}
