/// An XML element without attributes, comments or namespaces: all that the query protocols need.
struct XMLElement: Sendable, Hashable {
    var name: String
    var text = ""
    var children: [XMLElement] = []
    /// The default namespace, written on the element.
    var namespace = ""

    init(_ name: String, text: String) { (self.name, self.text) = (name, text) }
    init(_ name: String, namespace: String = "", children: [XMLElement]) {
        (self.name, self.namespace, self.children) = (name, namespace, children)
    }

    /// The first child of that name.
    subscript(name: String) -> XMLElement? { children.first { $0.name == name } }

    /// The document with this element as its root.
    var document: String {
        var out = #"<?xml version="1.0" encoding="UTF-8"?>"# + "\n"
        write(to: &out, indent: "")
        return out
    }

    private func write(to out: inout String, indent: String) {
        out += indent + "<" + name
        if !namespace.isEmpty { out += " xmlns=\"" + Self.escape(namespace) + "\"" }
        if children.isEmpty && text.isEmpty {
            out += "/>\n"
        } else if children.isEmpty {
            out += ">" + Self.escape(text) + "</" + name + ">\n"
        } else {
            out += ">\n"
            for child in children { child.write(to: &out, indent: indent + "    ") }
            out += indent + "</" + name + ">\n"
        }
    }

    /// Escapes markup, and keeps carriage returns; characters that XML cannot carry become U+FFFD.
    private static func escape(_ text: String) -> String {
        var out = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": out += "&amp;"
            case "<": out += "&lt;"
            case ">": out += "&gt;"
            case "\"": out += "&quot;"
            case "\r": out += "&#13;"
            case "\t", "\n": out.unicodeScalars.append(scalar)
            case _ where scalar.value < 0x20 || scalar.value == 0xFFFE || scalar.value == 0xFFFF: out += "\u{FFFD}"
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out
    }
}
