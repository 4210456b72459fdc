import AWSProtocol
import Control
import Cryptography
import Documents
import Reconcile

/// Key pairs.
extension EC2Service {
    func createKeyPair(_ input: Value, _ context: OperationContext) async throws -> Value {
        let name = try name(input)
        guard input["KeyType"].string != "ed25519" else {
            throw AWSError("UnsupportedOperation", "Creating key pairs of type ed25519 is not supported yet; import one instead.")
        }
        let key = try PrivateKey.generate(.rsa2048)
        let shape = try await store(
            name, type: "rsa", fingerprint: SSHPublicKey.createdFingerprint(of: key), publicKey: SSHPublicKey(key.publicKey)?.text ?? "",
            input, context)
        return [
            "KeyName": .string(name), "KeyPairId": shape["KeyPairId"], "KeyFingerprint": shape["KeyFingerprint"],
            "KeyMaterial": .string(key.traditionalPEM), "Tags": shape["Tags"],
        ]
    }
    func importKeyPair(_ input: Value, _ context: OperationContext) async throws -> Value {
        let name = try name(input)
        let material = input["PublicKeyMaterial"].string ?? ""
        let text = Base64.decode(material).map { String(decoding: $0, as: UTF8.self) } ?? material
        guard let key = try? SSHPublicKey(text) else {
            throw AWSError("InvalidKey.Format", "Key is not in valid OpenSSH public key format")
        }
        let type = key.algorithm == "ssh-ed25519" ? "ed25519" : "rsa"
        let shape = try await store(name, type: type, fingerprint: key.importedFingerprint, publicKey: key.text, input, context)
        return [
            "KeyName": .string(name), "KeyPairId": shape["KeyPairId"], "KeyFingerprint": shape["KeyFingerprint"], "Tags": shape["Tags"],
        ]
    }
    /// - Throws: `InvalidParameterValue` for a name that no document can have.
    private func name(_ input: Value) throws -> String {
        let name = input["KeyName"].string ?? ""
        guard !name.isEmpty, !name.contains("/") else {
            throw AWSError("InvalidParameterValue", "Invalid value '\(name)' for keyPairName. Names with a slash are not supported yet.")
        }
        return name
    }
    private func store(
        _ name: String, type: String, fingerprint: String, publicKey: String, _ input: Value, _ context: OperationContext
    ) async throws -> Value {
        let spec: Value = [
            "KeyName": .string(name), "KeyPairId": .string(newID(.keyPair)), "KeyFingerprint": .string(fingerprint),
            "KeyType": .string(type),
            "CreateTime": .string(context.now.text), "PublicKey": .string(publicKey),
        ]
        do {
            return try await create(.keyPair, id: name, spec, tags: try tags(input, for: .keyPair))
        } catch ChangeError.alreadyExists { throw AWSError("InvalidKeyPair.Duplicate", "The keypair already exists") }
    }
    func deleteKeyPair(_ input: Value, _ context: OperationContext) async throws -> Value {
        let found = records.list(EC2Type.keyPair.kind).first {
            $0["spec"]["KeyName"] == input["KeyName"] || $0["spec"]["KeyPairId"] == input["KeyPairId"]
        }
        guard let found else {
            if let id = input["KeyPairId"].string { throw EC2Type.keyPair.notFound(id) }
            return ["Return": true]
        }
        try await records.delete(EC2Type.keyPair.kind, found["metadata"]["name"].string ?? "")
        return ["Return": true, "KeyPairId": found["spec"]["KeyPairId"]]
    }
    func describeKeyPairs(_ input: Value, _ context: OperationContext) async throws -> Value {
        let names = input["KeyNames"].items.compactMap(\.string)
        for name in names { _ = try resource(.keyPair, name) }
        let shapes = records.list(EC2Type.keyPair.kind).map { document -> Value in
            var shape = document["spec"]
            if input["IncludePublicKey"].bool != true { shape["PublicKey"] = .null }
            return shape
        }
        return try describe(.keyPair, input, shapes: shapes.filter { names.isEmpty || names.contains($0["KeyName"].string ?? "") })
    }
}
