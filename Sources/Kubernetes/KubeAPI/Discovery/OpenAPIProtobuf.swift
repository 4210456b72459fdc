import Documents

/// The part of the OpenAPI v2 document that clients read in protobuf: which kinds' patches know `fieldValidation`.
///
/// kubectl asks for it about kinds that OpenAPI v3 does not name, as the `List` of a file. Types and other operations are left out.
/// Source: gnostic's openapi_v2.proto; kubectl's field-validation verifier.
enum OpenAPIProtobuf {
    static let mediaType = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf"

    /// The document in protobuf, out of the same in JSON's form.
    static func encode(_ document: Value) -> [UInt8] {
        var root = Message()
        root.text(1, document["swagger"].string ?? "2.0")
        root.message(2) { information in
            information.text(1, document["info"]["title"].string ?? "")
            information.text(2, document["info"]["version"].string ?? "")
        }
        root.message(8) { paths in
            for path in document["paths"].object ?? [:] where !path.value["patch"].isNull {
                paths.message(2) { named in
                    named.text(1, path.key)
                    named.message(2) { item in item.message(8) { operation(path.value["patch"], into: &$0) } }
                }
            }
        }
        return root.bytes
    }
    private static func operation(_ value: Value, into message: inout Message) {
        message.text(5, value["operationId"].string ?? "")
        for parameter in value["parameters"].items where parameter["in"].string == "query" {
            message.message(8) { item in
                item.message(1) { parameterMessage in
                    parameterMessage.message(2) { plain in
                        plain.message(3) { query in
                            query.text(2, "query")
                            query.text(4, parameter["name"].string ?? "")
                        }
                    }
                }
            }
        }
        message.message(13) { named in
            named.text(1, "x-kubernetes-group-version-kind")
            named.message(2) { $0.text(2, JSON.text(value["x-kubernetes-group-version-kind"])) }
        }
    }

    /// A protobuf message of texts and messages. Source: protobuf encoding, length-delimited fields.
    struct Message {
        private(set) var bytes: [UInt8] = []
        mutating func text(_ field: Int, _ text: String) { append(field, Array(text.utf8)) }
        mutating func message(_ field: Int, _ build: (inout Message) -> Void) {
            var inner = Message()
            build(&inner)
            append(field, inner.bytes)
        }
        private mutating func append(_ field: Int, _ content: [UInt8]) {
            number(field << 3 | 2)
            number(content.count)
            bytes += content
        }
        private mutating func number(_ value: Int) {
            var rest = UInt64(value)
            while rest > 0x7F {
                bytes.append(UInt8(rest & 0x7F) | 0x80)
                rest >>= 7
            }
            bytes.append(UInt8(rest))
        }
    }
}
