import Control
import Documents
import KubeModel

/// Documents as the rows of a table, for people. Source: Kubernetes API concepts, receiving resources as Tables.
struct TableRenderer: Sendable {
    private let info: KindInfo
    private let include: String
    private let now: Timestamp

    /// - Parameter include: what rows carry of their document: `Metadata`, `Object` or `None`.
    init(_ info: KindInfo, include: String?, now: Timestamp) { (self.info, self.include, self.now) = (info, include ?? "Metadata", now) }

    /// The table of served documents; a watch sends the columns once.
    func table(_ documents: [Value], metadata: Value, columns: Bool) -> Value {
        [
            "kind": "Table", "apiVersion": "meta.k8s.io/v1", "metadata": metadata,
            "columnDefinitions": columns ? PrinterColumns.definitions(info) : [], "rows": .array(documents.map(row)),
        ]
    }

    private func row(_ document: Value) -> Value {
        var row: Value = ["cells": PrinterColumns.cells(info, document, now: now)]
        switch include {
        case "None": break
        case "Object": row["object"] = document
        default: row["object"] = PartialMetadata.document(document)
        }
        return row
    }
}
