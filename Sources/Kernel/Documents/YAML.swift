import CYAML

/// YAML texts, read as Kubernetes' YAML-to-JSON conversion reads them (YAML 1.1: `yes` is true, dates are strings).
package enum YAML {
    /// The documents of a text, in order; an empty text has none.
    /// - Throws: `DocumentError` with line and column.
    package static func parse(_ text: String, limits: DocumentLimits = DocumentLimits()) throws(DocumentError) -> [Value] {
        try parse(Array(text.utf8), limits: limits)
    }
    /// The documents of a text, in order; an empty text has none.
    /// - Throws: `DocumentError` with line and column.
    package static func parse(_ bytes: [UInt8], limits: DocumentLimits = DocumentLimits()) throws(DocumentError) -> [Value] {
        guard bytes.count <= limits.bytes else {
            throw DocumentError("text of \(bytes.count) bytes is larger than the limit of \(limits.bytes)")
        }
        let parser = UnsafeMutablePointer<yaml_parser_t>.allocate(capacity: 1)
        defer { parser.deallocate() }
        guard yaml_parser_initialize(parser) == 1 else { throw DocumentError("yaml: out of memory") }
        defer { yaml_parser_delete(parser) }
        return try bytes.withUnsafeBufferPointer { input throws(DocumentError) in
            yaml_parser_set_input_string(parser, input.baseAddress, input.count)
            var builder = YAMLBuilder(parser: parser, limits: limits)
            return try builder.documents()
        }
    }

    /// The text of a document as kubectl prints it; `sorted` puts keys into Go's YAML order.
    package static func text(_ value: Value, sorted: Bool = false) -> String {
        YAMLEmitter.text(value, sorted: sorted)
    }
}
