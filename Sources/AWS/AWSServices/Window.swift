import Documents

/// A part of a listing, for services whose tokens are the position to go on at. Positions and sizes come from requests: any are fine.
struct Window {
    let items: [Value]
    /// Where the next part begins; nil after the last.
    let next: Int?

    /// At most `size` items (at least one) from the position `start`.
    init(_ all: [Value], from start: Int, size: Int) {
        let rest = all.dropFirst(max(0, start))
        items = Array(rest.prefix(max(1, size)))
        next = rest.count > items.count ? start + items.count : nil
    }
}
