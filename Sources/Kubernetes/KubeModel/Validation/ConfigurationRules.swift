import Documents

// The rules of ConfigMaps and Secrets. Source: core/validation.
extension KindRules {
    private static let limit = 1 << 20
    private static let frozenText = "field is immutable when `immutable` is set"

    static func configMap(_ new: Value, _ old: Value?, _ faults: inout Faults) {
        var size = 0
        for name in ["data", "binaryData"] {
            for member in new[name].object ?? [:] {
                faults.invalid(FieldPath(name).key(member.key), .string(member.key), Names.configKey(member.key))
                if name == "binaryData", !new["data"][member.key].isNull {
                    faults.add(.invalid(FieldPath(name).key(member.key), .string(member.key), "duplicate of key present in data"))
                }
                size += length(member.value, decoded: name == "binaryData")
            }
        }
        if size > limit { faults.add(.tooLong(.root, limit: limit)) }
        frozen(new, old, ["data", "binaryData"], &faults)
    }
    private static func length(_ value: Value, decoded: Bool) -> Int {
        let count = value.string?.utf8.count ?? 0
        return decoded ? count / 4 * 3 : count
    }
    private static func frozen(_ new: Value, _ old: Value?, _ fields: [String], _ faults: inout Faults) {
        guard let old, old["immutable"] == true else { return }
        for field in ["immutable"] + fields where new[field] != old[field] { faults.add(.forbidden(FieldPath(field), frozenText)) }
    }

    static func secret(_ new: Value, _ old: Value?, _ faults: inout Faults) {
        let data = FieldPath("data")
        var size = 0
        for member in new["data"].object ?? [:] {
            faults.invalid(data.key(member.key), .string(member.key), Names.configKey(member.key))
            size += length(member.value, decoded: true)
        }
        if size > limit { faults.add(.tooLong(data, limit: limit)) }
        let missing = { (name: String) in new["data"][name].isNull }
        switch new["type"].string ?? "" {
        case "kubernetes.io/service-account-token":
            let name = "kubernetes.io/service-account.name"
            if new["metadata"]["annotations"][name].isBlank { faults.add(.required(FieldPath("metadata", "annotations").key(name))) }
        case "kubernetes.io/dockercfg": if missing(".dockercfg") { faults.add(.required(data.key(".dockercfg"))) }
        case "kubernetes.io/dockerconfigjson": if missing(".dockerconfigjson") { faults.add(.required(data.key(".dockerconfigjson"))) }
        case "kubernetes.io/basic-auth":
            if missing("username"), missing("password") {
                faults.add(.required(data.key("username")))
                faults.add(.required(data.key("password")))
            }
        case "kubernetes.io/ssh-auth":
            if missing("ssh-privatekey") || new["data"]["ssh-privatekey"].isBlank { faults.add(.required(data.key("ssh-privatekey"))) }
        case "kubernetes.io/tls":
            for name in ["tls.crt", "tls.key"] where missing(name) { faults.add(.required(data.key(name))) }
        default: break
        }
        if let old { faults.immutable(FieldPath("type"), new["type"], old["type"]) }
        frozen(new, old, ["data"], &faults)
    }
}
