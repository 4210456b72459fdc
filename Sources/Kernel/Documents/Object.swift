/// The members of a JSON object, in order, each key once. Look-up is linear: API objects are small.
package struct Object: Sendable, Hashable, RandomAccessCollection, ExpressibleByDictionaryLiteral {
    /// One member of an object.
    package struct Member: Sendable, Hashable {
        package var key: String
        package var value: Value
        /// A member `key: value`.
        package init(_ key: String, _ value: Value) { (self.key, self.value) = (key, value) }
    }
    private var members: [Member]

    /// An object of members whose keys differ; the caller sees to that.
    package init(_ members: [Member] = []) { self.members = members }
    package init(dictionaryLiteral elements: (String, Value)...) { members = elements.map { Member($0.0, $0.1) } }

    package var startIndex: Int { members.startIndex }
    package var endIndex: Int { members.endIndex }
    package subscript(position: Int) -> Member {
        get { members[position] }
        _modify { yield &members[position] }
    }
    /// The value of `key`, nil when absent. Setting nil removes it; a new key goes to the end.
    package subscript(key: String) -> Value? {
        get {
            for member in members where member.key == key { return member.value }
            return nil
        }
        set {
            if let index = members.firstIndex(where: { $0.key == key }) {
                if let newValue { members[index].value = newValue } else { members.remove(at: index) }
            } else if let newValue {
                members.append(Member(key, newValue))
            }
        }
        _modify {
            let place = members.firstIndex { $0.key == key }
            var value = place.map { take(at: $0) }
            defer { put(value, at: place, key) }
            yield &value
        }
    }
    /// The value at a place, where null is left: so that its only owner can edit it.
    mutating func take(at place: Int) -> Value {
        var value = Value.null
        swap(&value, &members[place].value)
        return value
    }
    /// Puts a value that was taken back, or removes its member; without a place it is a new member's.
    mutating func put(_ value: consuming Value?, at place: Int?, _ key: String) {
        switch (value, place) {
        case (let value?, let place?): members[place].value = value
        case (nil, let place?): members.remove(at: place)
        case (let value?, nil): members.append(Member(key, value))
        case (nil, nil): break
        }
    }
    /// The keys in order.
    package var keys: [String] { members.map(\.key) }
    /// The first members, as an object of their own.
    package func prefix(_ count: Int) -> Object { Object(Array(members.prefix(count))) }
    /// Keeps the members that satisfy the condition.
    package mutating func removeAll(where condition: (Member) throws -> Bool) rethrows { try members.removeAll(where: condition) }
    /// Appends a member whose key is new; the caller sees to that.
    package mutating func append(_ member: Member) { members.append(member) }

    /// Objects are equal when they have the same members in any order.
    package static func == (left: Object, right: Object) -> Bool {
        guard left.count == right.count else { return false }
        // Says at once that an array is equal to itself.
        if left.members == right.members { return true }
        let places = KeyIndex(right, lookups: left.count)
        return left.members.allSatisfy { member in
            places.index(of: member.key, in: right).map { right.members[$0].value == member.value } ?? false
        }
    }
    package func hash(into hasher: inout Hasher) {
        hasher.combine(members.count)
        hasher.combine(members.reduce(0) { $0 ^ $1.hashValue })
    }
}
