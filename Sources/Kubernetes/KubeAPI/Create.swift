import Control
import Documents
import KubeModel
import Network
import Storage

extension APIServer {
    /// Answers POST to a collection.
    func create(_ context: RequestContext, _ target: Target) async throws -> HTTPResponse {
        let options = try WriteOptions(context)
        var context = context
        context.request.body = .bytes(try await context.request.body.collect(limit: configuration.maximumBodyBytes))
        if let written = try await createLike(&context, target, options) { return present(context, 201, written, target.info) }
        let document = try await decodeDocument(context, options, target.info)
        let written = try await create(target, document, options, context.warnings)
        return present(context, 201, written, target.info)
    }

    /// Stores a new document, defaulted and in the shape that was sent.
    /// - Throws: `KubeStatus`.
    func create(
        _ target: Target, _ document: Value, _ options: WriteOptions, _ warnings: Warnings, sketch: PrototypeSketch? = nil
    ) async throws -> Written {
        let sent = document["metadata"]
        if let version = sent["resourceVersion"].string, !version.isEmpty, version != "0" {
            throw KubeStatus(500, .unknown, "resourceVersion should not be set on objects to be created")
        }
        if let namespace = sent["namespace"].string, !namespace.isEmpty, namespace != target.namespace {
            throw KubeStatus.badRequest("the namespace of the provided object does not match the namespace sent on the request")
        }
        let name = sent["name"].string ?? ""
        if !target.name.isEmpty, !name.isEmpty, name != target.name {
            throw KubeStatus.badRequest("the name of the object (\(name)) does not match the name on the URL (\(target.name))")
        }
        let fixed = name.isEmpty ? target.name : name
        guard fixed.isEmpty, let prefix = sent["generateName"].string, !prefix.isEmpty else {
            return try await create(target.named(fixed), document, sent, options, warnings, sketch)
        }
        return try await named(prefix, target.info) { name in
            try await create(target.named(name), document, sent, options, warnings, sketch)
        }
    }

    /// Writes a document under a name that begins with a prefix; tries others while they are taken.
    func named(_ prefix: String, _ info: KindInfo, _ write: (String) async throws -> Written) async throws -> Written {
        for attempt in 1... {
            let name = String(prefix.prefix(58) + random.suffix(5))
            do {
                return try await write(name)
            } catch let status as KubeStatus where status.reason == .alreadyExists && attempt < Self.nameAttempts {
                continue
            } catch let status as KubeStatus where status.reason == .alreadyExists {
                throw KubeStatus.generatedNameTaken(info, name)
            }
        }
        throw KubeStatus.internalError("no name was generated")
    }
    /// Source: upstream's RetryGenerateName.
    private static let nameAttempts = 8

    private func create(
        _ target: Target, _ document: Value, _ sent: Value, _ options: WriteOptions, _ warnings: Warnings, _ sketch: PrototypeSketch?
    ) async throws -> Written {
        let (info, rules) = (target.info, KindRules.of(target.info))
        try checkNamespace(target)
        var document = document
        let (uid, now) = (random.uuid(), clock.now)
        document["metadata"] = Metadata.create(
            sent, target: target, name: target.name, uid: uid, now: now, generation: rules.generation != .none)
        if info.subresource("status") != nil, !rules.keepsStatusOnCreate { document["status"] = .null }
        let preparation = Preparation(user: options.user, now: now)
        rules.prepareCreate?(&document, preparation)
        // Before admission: what plugins add is nobody's.
        let owners =
            options.isApply ? Owners.text(of: sent["managedFields"]) : owned(created: document, target, by: options.fieldManager, at: now)
        let request = try await admitted(
            .create, target, new: document, old: .null, options: options, warnings: warnings, sketch: sketch)
        document = request.object
        let errors = validate(document, target)
        guard errors.isEmpty else { throw KubeStatus.invalid(info, target.name, errors) }
        if realm.get(target.key) != nil { throw KubeStatus.alreadyExists(info, target.name) }
        return try await services.reserving(document, old: .null, target, dryRun: options.dryRun) { document in
            guard !options.dryRun else { return .draft(Owners.join(info.stored(document), owners)) }
            let encoded = Encoded(document: info.stored(document), owners: owners)
            // Before the write is durable: others of the template are on their way.
            if let sketch, warnings.all.isEmpty { sketch.keep(encoded, name: target.name, uid: uid, time: now.text, in: self) }
            return .stored(try await commit(target, .put(encoded), if: .absent, given: request.premise))
        }
    }

    /// - Throws: `KubeStatus` NotFound for a namespace that is not there, Forbidden for one that goes away.
    func checkNamespace(_ target: Target) throws(KubeStatus) {
        guard target.info.namespaced else { return }
        guard let entry = realm.get("core/namespaces/" + target.namespace) else {
            guard let kind = kinds.find(apiVersion: "v1", plural: "namespaces") else { return }
            throw .notFound(kind, target.namespace)
        }
        guard entry.value["status"]["phase"] == "Terminating" || !entry.value["metadata"]["deletionTimestamp"].isNull else { return }
        var status = KubeStatus.forbidden(
            target.info, name: target.name,
            "unable to create new content in namespace \(target.namespace) because it is being terminated")
        status.details?.causes = [
            .init(
                reason: "NamespaceTerminating", message: "namespace \(target.namespace) is being terminated", field: "metadata.namespace")
        ]
        throw status
    }

    /// Answers POST to a resource that stores nothing.
    func answer(_ context: RequestContext, _ target: Target, by resource: CreateOnlyResource) async throws -> HTTPResponse {
        let options = try WriteOptions(context)
        let document =
            if let part = target.info.subresource(target.subresource) {
                try await decodePart(context, options, part)
            } else {
                try await decodeDocument(context, options, target.info)
            }
        let answer = try await resource.handler(
            CreateOnlyRequest(
                object: document, namespace: target.namespace, name: target.name, user: context.user, dryRun: options.dryRun))
        return context.respond(201, answer)
    }
}
