import Control
import Documents
import KubeModel

/// One column of a table.
struct PrinterColumn: Sendable {
    let name: String
    let type: String
    var format = ""
    let description: String
    var priority = 0
    /// The cell of a document at a moment.
    let cell: @Sendable (Value, Timestamp) -> Value
}

extension KindInfo {
    /// The columns of a kind without any of its own. Source: upstream's default table convertor.
    var columns: [PrinterColumn] {
        [
            PrinterColumn(
                name: "Name", type: "string", format: "name",
                description: "Name must be unique within a namespace."
            ) { document, _ in document["metadata"]["name"] },
            PrinterColumn(name: "Created At", type: "date", description: "CreationTimestamp is the server time of creation.") {
                document, _ in document["metadata"]["creationTimestamp"]
            },
        ]
    }
}
