package import Control
package import Documents

/// One column of `kubectl get`. Source: meta/v1 TableColumnDefinition.
package struct PrinterColumn: Sendable, Hashable {
    /// Where a cell's content comes from.
    enum Source: Sendable, Hashable {
        case member([String], absent: String?)
        case count([String])
        case age([String], absent: String)
        case creation
        case computed(String)
        case path(JSONPath)
    }
    package let name: String
    /// `string`, `integer`, `boolean` or `date`.
    package let type: String
    /// `name` for the name, else empty.
    package let format: String
    /// 0 is always shown, 1 in wide output.
    package let priority: Int
    let source: Source
    /// For people who ask what the column means.
    var description = ""
}

/// The tables that `kubectl get` shows. Source: upstream's internalversion printers.
package enum PrinterColumns {
    static let name = PrinterColumn(
        name: "Name", type: "string", format: "name", priority: 0, source: .member(["metadata", "name"], absent: nil))
    private static let fallback = [name, PrinterColumn(name: "Created At", type: "date", format: "", priority: 0, source: .creation)]
    private static let table: [String: [PrinterColumn]] = {
        var result: [String: [PrinterColumn]] = [:]
        let text = ColumnsText.columns
        for line in String(decoding: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount), as: UTF8.self).split(
            separator: "\n")
        {
            let words = line.split(separator: " ").map(String.init)
            let columns = words.dropFirst().filter { $0 != "-" }.map(column)
            result[words[0]] = words.contains("-") ? columns : [name] + columns
        }
        return result
    }()

    /// The columns of a kind; name and creation for kinds without columns of their own.
    package static func columns(_ kind: KindInfo) -> [PrinterColumn] {
        if let custom = kind.custom { return custom.columns }
        return table[kind.group == "events.k8s.io" ? "Event" : kind.groupKind] ?? fallback
    }
    /// The `columnDefinitions` of a Table of the kind.
    package static func definitions(_ kind: KindInfo) -> Value {
        .array(
            columns(kind).map { column in
                [
                    "name": .string(column.name), "type": .string(column.type), "format": .string(column.format),
                    "description": .string(column.description),
                    "priority": .int(Int64(column.priority)),
                ]
            })
    }
    /// The `cells` of the row of a document of the kind (or as it is stored), of the same number and order.
    package static func cells(_ kind: KindInfo, _ document: Value, now: Timestamp) -> Value {
        let stored = Conversion.toStorage(kind, document)
        return .array(columns(kind).map { cell($0, stored, now) })
    }

    private static func cell(_ column: PrinterColumn, _ object: Value, _ now: Timestamp) -> Value {
        switch column.source {
        case .path(let path): return PrinterColumn.cell(path.find(in: object).first, type: column.type, now: now)
        case .creation: return object["metadata"]["creationTimestamp"]
        case .count(let path): return .int(Int64(object[path: path].object?.count ?? object[path: path].items.count))
        case .age(let path, let absent): return .string(HumanDuration.since(object[path: path].string, now: now) ?? absent)
        case .computed(let name): return ComputedCells.all[name]?(object, now) ?? ""
        case .member(let path, let absent):
            let value = object[path: path]
            switch column.type {
            case "integer": return value.isNull ? 0 : value
            case "boolean": return value.isNull ? false : value
            default:
                if value.isBlank { return .string(absent ?? "") }
                return .string(value.string ?? JSON.text(value, pretty: false))
            }
        }
    }

    private static func column(_ word: String) -> PrinterColumn {
        let equals = word.firstIndex(of: "=") ?? word.endIndex
        var header = word[..<equals]
        let wide = header.hasSuffix("*")
        if wide { header.removeLast() }
        var type = "string"
        for (mark, name) in [(":i", "integer"), (":b", "boolean"), (":d", "date")] where header.hasSuffix(mark) {
            header.removeLast(2)
            type = name
        }
        let name = String(header.map { $0 == "_" ? " " : $0 })
        return PrinterColumn(
            name: name, type: type, format: name == "Name" ? "name" : "", priority: wide ? 1 : 0,
            source: source(String(word[equals...].dropFirst())))
    }
    private static func source(_ text: String) -> PrinterColumn.Source {
        let halves = text.split(separator: "|", maxSplits: 1).map(String.init)
        let path = { (text: Substring) in text.split(separator: ".").map(String.init) }
        let absent = halves.count > 1 ? halves[1] : nil
        if text.hasPrefix(".") { return .member(path(halves[0][...]), absent: absent) }
        if text.hasPrefix("#") { return .count(path(text.dropFirst())) }
        if text == "age" { return .age(["metadata", "creationTimestamp"], absent: "<unknown>") }
        if text.hasPrefix("age.") { return .age(path(halves[0].dropFirst(4)), absent: absent ?? "<unknown>") }
        return .computed(text)
    }
}

extension KindInfo {
    /// The columns of `kubectl get`.
    package var columns: [PrinterColumn] { PrinterColumns.columns(self) }
}
