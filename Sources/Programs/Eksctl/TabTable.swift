/// A table whose columns are aligned with tab stops eight characters apart, as eksctl prints them.
struct TabTable {
    private var rows: [[String]]
    init(_ header: [String]) { rows = [header] }
    mutating func add(_ row: [String]) { rows.append(row) }

    /// The rows as text, without a final newline.
    var text: String {
        let columns = rows.map(\.count).max() ?? 0
        let widths = (0..<columns).map { column in
            let widest = rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0
            return (widest / 8 + 1) * 8
        }
        return rows.map { row in
            row.enumerated().map { index, cell in
                guard index < row.count - 1 else { return cell }
                let tabs = (widths[index] - cell.count + 7) / 8
                return cell + String(repeating: "\t", count: tabs)
            }.joined()
        }.joined(separator: "\n")
    }
}
