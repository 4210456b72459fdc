package import Documents

/// The same by view types: `client.get(Pod.self, namespace: "default", "web")`.
extension KubeClient {
    /// A document.
    package func get<F: KindFields>(
        _ type: View<F>.Type, namespace: String? = nil, _ name: String
    ) async throws(KubeClientError) -> View<F> {
        try view(try await get(F.kind, namespace: namespace, name))
    }
    /// All documents of a namespace, or of all namespaces.
    package func all<F: KindFields>(
        _ type: View<F>.Type, namespace: String? = nil, _ options: ListOptions = ListOptions(limit: 500)
    ) async throws(KubeClientError) -> [View<F>] {
        try await all(F.kind, namespace: namespace, options).items.compactMap(View<F>.init)
    }
    /// Creates a document; fills in `apiVersion` and `kind`.
    @discardableResult package func create<F: KindFields>(
        _ document: View<F>, _ options: WriteOptions = WriteOptions()
    ) async throws(KubeClientError) -> View<F> {
        try view(try await create(F.kind, typed(document), options))
    }
    /// Replaces a document, or its `status`.
    @discardableResult package func update<F: KindFields>(
        _ document: View<F>, subresource: String? = nil, _ options: WriteOptions = WriteOptions()
    ) async throws(KubeClientError) -> View<F> {
        try view(try await update(F.kind, typed(document), subresource: subresource, options))
    }

    private func typed<F: KindFields>(_ document: View<F>) -> Value {
        var value = document.value
        value["apiVersion"] = .string(F.kind.apiVersion)
        value["kind"] = .string(F.kind.name)
        return value
    }
    private func view<F: KindFields>(_ value: Value) throws(KubeClientError) -> View<F> {
        guard let view = View<F>(value) else { throw .malformed("a \(F.kind.name) that is no object") }
        return view
    }
}
