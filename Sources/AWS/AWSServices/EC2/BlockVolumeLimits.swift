import Documents

/// How many EBS volumes an instance takes, its root volume included. Source: EC2 user guide, "Amazon EBS volume limits".
package struct BlockVolumeLimit: Sendable, Hashable {
    /// As `ebsInfo.maximumEbsAttachments` of DescribeInstanceTypes tells it.
    package let count: Int
    /// Whether network interfaces beyond the first take the same slots.
    package let isShared: Bool

    /// The limit of a type; types of which nothing is known have what most have.
    package init(_ type: String) {
        let halves = type.split(separator: ".", maxSplits: 1).map(String.init)
        let (family, size) = (halves.first ?? "", halves.last ?? "")
        if let exception = Self.exceptions[family]?[size] ?? Self.exceptions[family]?["*"] {
            self = exception
        } else if InstanceTypes.find(type)?.hypervisor == "xen" {
            self.init(count: 39, isShared: false)
        } else if Self.dedicated.contains(family) {
            self.init(count: Self.sizes[size] ?? 32, isShared: false)
        } else {
            self.init(count: size.hasPrefix("metal") ? 31 : 27, isShared: true)
        }
    }
    private init(count: Int, isShared: Bool) { (self.count, self.isShared) = (count, isShared) }

    /// How many volumes the EBS CSI driver lets pods of a node have: the root volume is not theirs. Source: aws-ebs-csi-driver,
    /// getVolumesLimit.
    package func allocatable(interfaces: Int) -> Int { max(1, count - 1 - (isShared ? interfaces - 1 : 0)) }

    /// Families whose volumes share their slots with nothing.
    private static let dedicated: Set<String> = Set(
        """
        c7a c7i c7i-flex c8a c8g c8gb c8gd c8gn c8i c8i-flex m7a m7i m7i-flex m8a m8g m8gb m8gd m8gn m8i m8i-flex r7a r7i r7iz r8a r8g \
        r8gb r8gd r8gn r8i r8i-flex x8aedz x8g x8i i7i i7ie i8g i8ge f2 g6 g6e g6f g7e gr6 gr6f p5 p5e p5en p6-b200 p6-b300 trn2 \
        u7i-6tb u7i-8tb u7i-12tb u7in-16tb u7in-24tb u7in-32tb
        """.split(separator: " ").map(String.init))
    /// What most of those take by their size; smaller ones take 32.
    private static let sizes = [
        "16xlarge": 48, "18xlarge": 48, "24xlarge": 64, "32xlarge": 88, "48xlarge": 128, "64xlarge": 128, "96xlarge": 128,
        "112xlarge": 128, "224xlarge": 128, "metal-16xl": 39, "metal-24xl": 39, "metal-32xl": 79, "metal-48xl": 79, "metal-96xl": 79,
    ]
    private static let exceptions: [String: [String: BlockVolumeLimit]] = {
        var result: [String: [String: BlockVolumeLimit]] = [:]
        for line in "\(table)".split(separator: "\n") {
            let words = line.split(separator: " ")
            var limits: [String: BlockVolumeLimit] = [:]
            for word in words.dropFirst(2) {
                let pair = word.split(separator: "=")
                guard pair.count == 2, let count = Int(pair[1]) else { continue }
                for size in pair[0].split(separator: ",") {
                    limits[String(size)] = BlockVolumeLimit(count: count, isShared: words[1] == "shared")
                }
            }
            for family in words[0].split(separator: ",") { result[String(family)] = limits }
        }
        return result
    }()
    /// Families, whether their slots are shared, and limits by size where they differ from the rule; instance stores take slots.
    private static let table: StaticString = """
        hpc7a dedicated *=27
        p4d,p4de dedicated *=28
        p5,p5e,p5en,p6-b200,p6-b300,trn2 dedicated 48xlarge=64
        c8gn,m8gn,r8gn dedicated 48xlarge=64 metal-48xl=39
        c8gb,r8gb dedicated metal-48xl=78
        c8a,m8a,r8a dedicated metal-24xl=64
        c8i,m8i,r8i,x8i dedicated metal-48xl=64
        x8aedz dedicated 12xlarge,metal-12xl=64 24xlarge=128 metal-24xl=79
        c5ad shared large,xlarge,2xlarge=26 4xlarge,8xlarge,12xlarge,16xlarge,24xlarge=25
        c5d shared large,xlarge,2xlarge,4xlarge,9xlarge=26 12xlarge,18xlarge=25 24xlarge=23
        c6gd,c7gd,m6gd,m7gd,r6gd,r7gd,x2gd shared medium,large,xlarge,2xlarge,4xlarge,8xlarge=26 12xlarge,16xlarge=25
        c6id,m6id,m6idn,r6id,r6idn shared large,xlarge,2xlarge,4xlarge,8xlarge=26 12xlarge,16xlarge=25 24xlarge,32xlarge=23
        m5ad,m5d,m5dn,r5ad,r5d,r5dn shared large,xlarge,2xlarge=26 4xlarge,8xlarge,12xlarge=25 16xlarge,24xlarge=23
        d3 shared xlarge=24 2xlarge=21 4xlarge=15 8xlarge=3
        d3en shared xlarge=25 2xlarge=23 4xlarge=19 6xlarge=15 8xlarge=11 12xlarge=3
        dl1,trn1n shared *=28
        dl2q shared *=19
        g4ad shared xlarge,2xlarge,4xlarge=25 8xlarge=24 16xlarge=21
        g4dn shared xlarge,2xlarge,4xlarge,8xlarge,16xlarge=25 12xlarge=22
        g5 shared xlarge,2xlarge,4xlarge,8xlarge,16xlarge=25 12xlarge,24xlarge=22 48xlarge=9
        g5g shared xlarge,2xlarge,4xlarge,8xlarge=26 16xlarge=25
        hpc6id shared *=23
        i3en shared large,xlarge,3xlarge=26 2xlarge,6xlarge=25 12xlarge=23 24xlarge=19
        i4g,im4gn shared large,xlarge,2xlarge,4xlarge=26 8xlarge=25 16xlarge=23
        i4i shared large,xlarge,2xlarge,4xlarge=26 8xlarge=25 12xlarge=24 16xlarge=23 24xlarge=21 32xlarge=19
        is4gen shared medium,large,xlarge,2xlarge=26 4xlarge=25 8xlarge=23
        inf1 shared xlarge,2xlarge=26 6xlarge=23 24xlarge=11
        inf2 shared xlarge,8xlarge=26 24xlarge,48xlarge=28
        p3dn shared 24xlarge=17
        trn1 shared 2xlarge=25 32xlarge=28
        vt1 shared 3xlarge=25 6xlarge=23
        x2idn shared 16xlarge=26 24xlarge,32xlarge=25
        x2iedn shared xlarge,2xlarge,4xlarge,8xlarge,16xlarge=26 24xlarge,32xlarge=25
        z1d shared large,xlarge,2xlarge,3xlarge,6xlarge=26 12xlarge=25
        mac1 shared *=16
        mac2,mac2-m1ultra,mac2-m2,mac2-m2pro,mac-m4max shared *=10
        """
}
