import AWSProtocol
import Control
import Documents
import Network

/// OpenID Connect providers, by which service accounts of a cluster get roles.
extension IAMService {
    private static let clientIDsPerProvider = 100

    var oidcOperations: [String: OperationHandler] {
        [
            "CreateOpenIDConnectProvider": createProvider, "GetOpenIDConnectProvider": getProvider,
            "DeleteOpenIDConnectProvider": { input, _ in
                try await records.delete(IAMOIDCProviderFields.kind, Self.providerName(input))
                return .object([:])
            },
            "ListOpenIDConnectProviders": { _, _ in
                ["OpenIDConnectProviderList": .array(records.list(IAMOIDCProviderFields.kind).map { ["Arn": $0["spec"]["Arn"]] })]
            },
            "AddClientIDToOpenIDConnectProvider": { input, _ in
                try await changeProvider(input) { spec in
                    let ids = spec["ClientIDList"].items.filter { $0 != input["ClientID"] } + [input["ClientID"]]
                    guard ids.count <= Self.clientIDsPerProvider else {
                        throw IAMError.quota("ClientIdsPerOpenIdConnectProvider", Self.clientIDsPerProvider)
                    }
                    spec["ClientIDList"] = .array(ids)
                }
            },
            "RemoveClientIDFromOpenIDConnectProvider": { input, _ in
                try await changeProvider(input) { $0["ClientIDList"] = .array($0["ClientIDList"].items.filter { $0 != input["ClientID"] }) }
            },
            "UpdateOpenIDConnectProviderThumbprint": { input, _ in
                try await changeProvider(input) { $0["ThumbprintList"] = input["ThumbprintList"] }
            },
        ]
    }

    private static func providerName(_ input: Value) -> String {
        let arn = input["OpenIDConnectProviderArn"].string ?? ""
        return Percent.encode(arn.split(separator: ":oidc-provider/", maxSplits: 1).last.map(String.init) ?? "")
    }

    private func noProvider(_ input: Value) -> AWSError {
        IAMError.missing("OpenIDConnect Provider not found for arn \(input["OpenIDConnectProviderArn"].string ?? "")")
    }

    private func createProvider(_ input: Value, _ context: OperationContext) async throws -> Value {
        let url = input["Url"].string ?? ""
        guard url.hasPrefix("https://"), url.count > 8, !url.contains("?"), !url.contains("#") else {
            throw IAMError.validation("Invalid Open ID Connect Provider URL")
        }
        var bare = url.dropFirst(8)
        while bare.last == "/" { bare.removeLast() }
        let arn = arn("oidc-provider", "/", String(bare))
        var spec: Value = [
            "Arn": .string(arn), "Url": .string(String(bare)), "CreateDate": .string(context.now.text),
            "ClientIDList": .array(input["ClientIDList"].items), "ThumbprintList": .array(input["ThumbprintList"].items),
        ]
        let tags = try tags(input)
        if !tags.isEmpty { spec["Tags"] = .array(tags) }
        try await create(
            IAMOIDCProviderFields.kind, Percent.encode(String(bare)), spec, taken: "Provider with url \(url) already exists.")
        return ["OpenIDConnectProviderArn": .string(arn), "Tags": spec["Tags"]]
    }

    private func getProvider(_ input: Value, _ context: OperationContext) async throws -> Value {
        guard let document = records.get(IAMOIDCProviderFields.kind, Self.providerName(input)) else { throw noProvider(input) }
        return document["spec"]
    }

    private func changeProvider(_ input: Value, _ change: (inout Value) throws -> Void) async throws -> Value {
        let found = try await records.update(IAMOIDCProviderFields.kind, Self.providerName(input)) { try change(&$0["spec"]) }
        if found == nil { throw noProvider(input) }
        return .object([:])
    }
}
