import CYAML

/// Writes values by libyaml in the style of go-yaml v2: block style, two spaces, lines folded at 80 columns.
struct YAMLEmitter {
    private let sorted: Bool
    private let emitter: UnsafeMutablePointer<yaml_emitter_t>

    static func text(_ value: Value, sorted: Bool) -> String {
        let emitter = UnsafeMutablePointer<yaml_emitter_t>.allocate(capacity: 1)
        defer { emitter.deallocate() }
        guard yaml_emitter_initialize(emitter) == 1 else { return "" }
        defer { yaml_emitter_delete(emitter) }
        var output: [UInt8] = []
        withUnsafeMutablePointer(to: &output) { output in
            let write: @convention(c) (UnsafeMutableRawPointer?, UnsafeMutablePointer<UInt8>?, Int) -> Int32 = { output, bytes, count in
                output?.assumingMemoryBound(to: [UInt8].self).pointee.append(contentsOf: UnsafeBufferPointer(start: bytes, count: count))
                return 1
            }
            yaml_emitter_set_output(emitter, write, output)
            yaml_emitter_set_unicode(emitter, 1)
            yaml_emitter_set_indent(emitter, 2)
            var event = yaml_event_t()
            yaml_stream_start_event_initialize(&event, YAML_UTF8_ENCODING)
            yaml_emitter_emit(emitter, &event)
            yaml_document_start_event_initialize(&event, nil, nil, nil, 1)
            yaml_emitter_emit(emitter, &event)
            YAMLEmitter(sorted: sorted, emitter: emitter).emit(value)
            yaml_document_end_event_initialize(&event, 1)
            yaml_emitter_emit(emitter, &event)
            yaml_stream_end_event_initialize(&event)
            yaml_emitter_emit(emitter, &event)
        }
        return String(decoding: output, as: UTF8.self)
    }

    private func emit(_ value: Value) {
        var event = yaml_event_t()
        switch value {
        case .null: scalar("null", YAML_PLAIN_SCALAR_STYLE)
        case .bool(let truth): scalar(truth ? "true" : "false", YAML_PLAIN_SCALAR_STYLE)
        case .int(let number): scalar(String(number), YAML_PLAIN_SCALAR_STYLE)
        case .double(let number): scalar(JSONPrinter.text(number), YAML_PLAIN_SCALAR_STYLE)
        case .string(let text): string(text)
        case .array(let items):
            yaml_sequence_start_event_initialize(&event, nil, nil, 1, YAML_BLOCK_SEQUENCE_STYLE)
            yaml_emitter_emit(emitter, &event)
            for item in items { emit(item) }
            yaml_sequence_end_event_initialize(&event)
            yaml_emitter_emit(emitter, &event)
        case .object(let object):
            yaml_mapping_start_event_initialize(&event, nil, nil, 1, YAML_BLOCK_MAPPING_STYLE)
            yaml_emitter_emit(emitter, &event)
            for member in sorted ? object.sorted(by: { Self.precedes($0.key, $1.key) }) : Array(object) {
                string(member.key)
                emit(member.value)
            }
            yaml_mapping_end_event_initialize(&event)
            yaml_emitter_emit(emitter, &event)
        }
    }

    private func string(_ text: String) {
        if text.utf8.contains(UInt8(ascii: "\n")) {
            scalar(text, YAML_LITERAL_SCALAR_STYLE)
        } else {
            scalar(text, YAMLScalar.needsQuotes(text) ? YAML_DOUBLE_QUOTED_SCALAR_STYLE : YAML_PLAIN_SCALAR_STYLE)
        }
    }

    private func scalar(_ text: String, _ style: yaml_scalar_style_t) {
        var event = yaml_event_t()
        var text = text
        text.withUTF8 { utf8 in
            _ = yaml_scalar_event_initialize(&event, nil, nil, utf8.baseAddress, Int32(utf8.count), 1, 1, style)
        }
        yaml_emitter_emit(emitter, &event)
    }

    /// Go's YAML key order: what is no letter before letters, runs of digits by their number.
    static func precedes(_ left: String, _ right: String) -> Bool {
        let (left, right) = (Array(left.unicodeScalars), Array(right.unicodeScalars))
        var index = 0
        while index < left.count, index < right.count, left[index] == right[index] { index += 1 }
        guard index < left.count, index < right.count else { return left.count < right.count }
        var start = index
        while start > 0, isDigit(left[start - 1]) { start -= 1 }
        let (one, other) = (left[start...].prefix(while: isDigit), right[start...].prefix(while: isDigit))
        if !one.isEmpty, !other.isEmpty, one != other {
            let (one, other) = (one.drop { $0 == "0" }, other.drop { $0 == "0" })
            if one.count != other.count { return one.count < other.count }
            if one != other { return one.lexicographicallyPrecedes(other) }
        }
        let (letter, otherLetter) = (left[index].properties.isAlphabetic, right[index].properties.isAlphabetic)
        return letter == otherLetter ? left[index] < right[index] : otherLetter
    }
    private static func isDigit(_ scalar: Unicode.Scalar) -> Bool { scalar.properties.numericType == .decimal }
}
