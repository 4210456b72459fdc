import CRI
package import Kubelet

extension ContainerdRuntime {
    package func pullImage(_ reference: String, credential: RegistryCredential?) async throws(RuntimeError) -> String {
        var request = Message<PullImageRequestFields>()
        request.image.image = reference
        if let credential {
            (request.auth.username, request.auth.password) = (credential.username, credential.password)
            request.auth.identityToken = credential.identityToken
        }
        return try await call(ImageService.pullImage, request, timeout: nil).imageRef
    }

    package func image(_ reference: String) async throws(RuntimeError) -> RuntimeImage? {
        var request = Message<ImageStatusRequestFields>()
        request.image.image = reference
        let answer = try await call(ImageService.imageStatus, request)
        return answer.has(\.image) ? RuntimeImage(answer.image) : nil
    }

    package func images() async throws(RuntimeError) -> [RuntimeImage] {
        try await call(ImageService.listImages, Message()).images.map(RuntimeImage.init)
    }

    package func removeImage(_ id: String) async throws(RuntimeError) {
        var request = Message<RemoveImageRequestFields>()
        request.image.image = id
        _ = try await callIfPresent(ImageService.removeImage, request)
    }

    package func imageFilesystem() async throws(RuntimeError) -> FilesystemUsage {
        let usages = try await call(ImageService.imageFsInfo, Message()).imageFilesystems
        guard let first = usages.first else { return FilesystemUsage(path: "", usedBytes: 0, usedInodes: 0) }
        return FilesystemUsage(path: first.fsId.mountpoint, usedBytes: first.usedBytes.value, usedInodes: first.inodesUsed.value)
    }
}

extension RuntimeImage {
    fileprivate init(_ image: Message<ImageFields>) {
        self.init(
            id: image.id, tags: image.repoTags, digests: image.repoDigests, size: image.size,
            userID: image.has(\.uid) ? image.uid.value : nil, userName: image.username)
    }
}
