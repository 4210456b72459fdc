import CYAML

/// Builds values out of libyaml's events.
struct YAMLBuilder {
    private let parser: UnsafeMutablePointer<yaml_parser_t>
    private let limits: DocumentLimits
    /// What anchors stand for, with their weight; nil while the anchored value is being read.
    private var anchors: [String: (value: Value, weight: Int)?] = [:]
    /// Nodes and text bytes produced so far, aliases counted each time they are used.
    private var weight = 0
    private var aliased = 0

    /// An event's content, copied out of libyaml's memory.
    private enum Event {
        case documentStart, documentEnd, streamStart, streamEnd, sequenceEnd, mappingEnd
        case alias(String)
        case scalar(String, tag: String?, plain: Bool, anchor: String?)
        case sequence(anchor: String?)
        case mapping(anchor: String?)
    }
    private var mark = yaml_mark_t()

    init(parser: UnsafeMutablePointer<yaml_parser_t>, limits: DocumentLimits) { (self.parser, self.limits) = (parser, limits) }

    mutating func documents() throws(DocumentError) -> [Value] {
        var result: [Value] = []
        while true {
            switch try next() {
            case .streamEnd: return result
            case .documentStart:
                anchors = [:]
                result.append(try node(try next(), depth: 0))
            default: break
            }
        }
    }

    private mutating func node(_ event: Event, depth: Int) throws(DocumentError) -> Value {
        guard depth <= limits.depth else { throw failure("exceeded max depth") }
        let before = weight
        weight += 1
        switch event {
        case .alias(let name):
            guard let entry = anchors[name] else { throw failure("unknown anchor '\(name)' referenced") }
            guard let entry else { throw failure("anchor '\(name)' value contains itself") }
            aliased += entry.weight
            guard aliased <= limits.bytes else { throw failure("document contains excessive aliasing") }
            weight += entry.weight
            return entry.value
        case .scalar(let text, let tag, let plain, let anchor):
            weight += text.utf8.count
            let value = try scalar(text, tag: tag, plain: plain)
            if let anchor { anchors[anchor] = (value, weight - before) }
            return value
        case .sequence(let anchor):
            if let anchor { anchors[anchor] = .some(nil) }
            let value = Value.array(try sequence(depth: depth + 1))
            if let anchor { anchors[anchor] = (value, weight - before) }
            return value
        case .mapping(let anchor):
            if let anchor { anchors[anchor] = .some(nil) }
            let value = Value.object(try mapping(depth: depth + 1))
            if let anchor { anchors[anchor] = (value, weight - before) }
            return value
        default: throw failure("did not find expected node content")
        }
    }

    private mutating func sequence(depth: Int) throws(DocumentError) -> [Value] {
        var items: [Value] = []
        while true {
            let event = try next()
            if case .sequenceEnd = event { return items }
            items.append(try node(event, depth: depth))
        }
    }

    private mutating func mapping(depth: Int) throws(DocumentError) -> Object {
        var members: [Object.Member] = []
        var keys: Set<String> = []
        var merged: [Object] = []
        while true {
            let event = try next()
            if case .mappingEnd = event { break }
            let at = mark
            if case .scalar("<<", tag: nil, plain: true, anchor: _) = event {
                merged += try mergeSources(try node(try next(), depth: depth), at: at)
                continue
            }
            let key = try key(try node(event, depth: depth), at: at)
            guard keys.insert(key).inserted else { throw failure("key \"\(key)\" already set in map", at: at) }
            members.append(Object.Member(key, try node(try next(), depth: depth)))
        }
        for member in merged.joined() where keys.insert(member.key).inserted { members.append(member) }
        return Object(members)
    }

    private func mergeSources(_ value: Value, at mark: yaml_mark_t) throws(DocumentError) -> [Object] {
        let sources = value.array ?? [value]
        let objects = sources.compactMap(\.object)
        guard objects.count == sources.count else { throw failure("map merge requires map or sequence of maps as the value", at: mark) }
        return objects
    }

    /// JSON knows string keys only: numbers and truth values become their text.
    private func key(_ value: Value, at mark: yaml_mark_t) throws(DocumentError) -> String {
        switch value {
        case .string(let text): return text
        case .int(let number): return String(number)
        case .double(let number): return JSONPrinter.text(number)
        case .bool(let truth): return truth ? "true" : "false"
        default: throw failure("unsupported map key: \(JSON.text(value))", at: mark)
        }
    }

    private func scalar(_ text: String, tag: String?, plain: Bool) throws(DocumentError) -> Value {
        let prefix = "tag:yaml.org,2002:"
        guard let tag else { return try plain ? finite(YAMLScalar.resolve(text)) : .string(text) }
        guard tag.hasPrefix(prefix) else { return .string(text) }
        let short = String(tag.dropFirst(prefix.count))
        let value = YAMLScalar.resolve(text)
        switch (short, value) {
        case ("str", _), ("timestamp", _): return .string(text)
        case ("bool", .bool), ("null", .null), ("int", .int), ("float", .double), ("float", .int): return try finite(value)
        case ("bool", _), ("null", _), ("int", _), ("float", _): throw failure("cannot decode `\(text)` as a !!\(short)")
        case ("binary", _): throw failure("!!binary data is not supported: write the base64 text as a plain string")
        default: return .string(text)
        }
    }
    private func finite(_ value: Value) throws(DocumentError) -> Value {
        if case .double(let number) = value, !number.isFinite { throw failure("json: unsupported value: \(number)") }
        return value
    }
}

// MARK: - Events

extension YAMLBuilder {
    private mutating func next() throws(DocumentError) -> Event {
        var event = yaml_event_t()
        guard yaml_parser_parse(parser, &event) == 1 else { throw parserFailure() }
        defer { yaml_event_delete(&event) }
        mark = event.start_mark
        switch event.type {
        case YAML_STREAM_START_EVENT: return .streamStart
        case YAML_STREAM_END_EVENT, YAML_NO_EVENT: return .streamEnd
        case YAML_DOCUMENT_START_EVENT: return .documentStart
        case YAML_DOCUMENT_END_EVENT: return .documentEnd
        case YAML_SEQUENCE_END_EVENT: return .sequenceEnd
        case YAML_MAPPING_END_EVENT: return .mappingEnd
        case YAML_ALIAS_EVENT: return .alias(text(event.data.alias.anchor) ?? "")
        case YAML_SEQUENCE_START_EVENT: return .sequence(anchor: text(event.data.sequence_start.anchor))
        case YAML_MAPPING_START_EVENT: return .mapping(anchor: text(event.data.mapping_start.anchor))
        default:
            let scalar = event.data.scalar
            let content = String(decoding: UnsafeBufferPointer(start: scalar.value, count: scalar.length), as: UTF8.self)
            return .scalar(content, tag: text(scalar.tag), plain: scalar.style == YAML_PLAIN_SCALAR_STYLE, anchor: text(scalar.anchor))
        }
    }

    private func text(_ bytes: UnsafeMutablePointer<yaml_char_t>?) -> String? { bytes.map { String(cString: $0) } }

    private func failure(_ message: String, at mark: yaml_mark_t? = nil) -> DocumentError {
        let mark = mark ?? self.mark
        return DocumentError("yaml: line \(mark.line + 1), column \(mark.column + 1): \(message)", at: Int(mark.index))
    }
    private func parserFailure() -> DocumentError {
        let problem = parser.pointee.problem.map { String(cString: $0) } ?? "out of memory"
        guard parser.pointee.error != YAML_READER_ERROR else {
            return DocumentError("yaml: \(problem)", at: Int(parser.pointee.problem_offset))
        }
        return failure(problem, at: parser.pointee.problem_mark)
    }
}
