/// A binary heap, least first.
struct Heap<Element: Comparable> {
    private var elements: [Element] = []

    var least: Element? { elements.first }
    var count: Int { elements.count }

    /// Drops what does not satisfy the condition.
    mutating func keep(where isKept: (Element) -> Bool) {
        // A sorted array is a heap.
        elements = elements.filter(isKept).sorted()
    }

    mutating func insert(_ element: Element) {
        elements.append(element)
        var index = elements.count - 1
        while index > 0, elements[index] < elements[(index - 1) / 2] {
            elements.swapAt(index, (index - 1) / 2)
            index = (index - 1) / 2
        }
    }
    mutating func popLeast() -> Element? {
        guard !elements.isEmpty else { return nil }
        elements.swapAt(0, elements.count - 1)
        let least = elements.removeLast()
        var index = 0
        while true {
            let left = 2 * index + 1
            guard left < elements.count else { return least }
            let child = left + 1 < elements.count && elements[left + 1] < elements[left] ? left + 1 : left
            guard elements[child] < elements[index] else { return least }
            elements.swapAt(index, child)
            index = child
        }
    }
}
