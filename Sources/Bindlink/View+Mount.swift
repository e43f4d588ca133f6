// From a description to a mounted view: the engine first, for its directories must be open before
// the view covers them (R9), then the mount, then the session.
internal import BindlinkControl
internal import BindlinkEngine
internal import BindlinkFuse
internal import BindlinkMap
public import SystemPackage

extension View {
  /// Mounts the view at the directory `mountpoint`. The view is there when this returns, but
  /// whoever touches it waits until `MountedView.serve()` runs: do not touch it before from the
  /// same thread.
  ///
  /// The working directory and the environment (`HOME`) must not change during the call. As root
  /// and in a user namespace mount(2) is called; otherwise fusermount3(1) is run.
  ///
  /// - Throws: an error that names the path in question, with the errno of rules C1 to C3 for
  ///   links, E2 and E4 for exceptions, R9 for the anchor; for the mountpoint ENOENT, ENOTDIR, or
  ///   EBUSY where a view is mounted already; exit status 77 where FUSE or fusermount3 is missing.
  ///   Nothing is left behind then.
  public func mount(at mountpoint: FilePath) throws(BindlinkError) -> MountedView {
    let what = "cannot mount \(mountpoint)"
    var links: [LinkRequest] = []
    for link in self.links { links.append(try link.request(createsParents: createsParents)) }
    let exceptions = try exceptionRequests()
    let source: FilePath?
    do {
      source = try self.source?.absolute()
    } catch {
      throw BindlinkError(what, subject: "'\(self.source?.string ?? "")'", error, rule: "C1")
    }
    if source != nil, anchor ?? .none != .none {
      throw BindlinkError(what, "a view of a source has no anchor", .invalidArgument)
    }
    let anchor =
      try (self.anchor ?? (self.source == nil ? .underMountpoint : .none)).request()

    let place = try MountPlace(mountpoint)
    var setup = ViewSetup(
      mountpoint: place.path.bytes, under: place.descriptor, anchor: anchor, source: source?.bytes)
    setup.links = links
    setup.exceptions = exceptions
    setup.isReadOnly = isReadOnly
    setup.isOneFileSystem = isOneFileSystem
    setup.allowsOther = options.allowsOther
    let noOpen = options.noOpen ?? isReadOnly
    if options.writesBack, let why = reasonAgainstWritingBack(noOpen) {
      throw BindlinkError(what, why, .invalidArgument)
    }
    setup.noOpen = noOpen
    let checksPermissions =
      options.checksPermissions || options.allowsOther || noOpen || options.writesBack
      || UserNamespace.isNested
    setup.cachePolicy = options.cachePolicy
    setup.cachePolicy.kernelChecksPermissions = checksPermissions

    let engine: Engine
    do {
      engine = try Engine(setup)
    } catch {
      throw BindlinkError(what, error)
    }
    do throws(MountFailure) {
      let mount = try Mount.attach(
        at: place.path.string, under: place.descriptor,
        options: options.forBinding(
          source: options.fileSystemName ?? source?.string ?? "bindlink", isReadOnly: isReadOnly,
          checksPermissions: checksPermissions))
      do throws(MountFailure) {
        engine.didMount(device: mount.deviceNumber, mountID: mount.mountID)
        let session = try Session(
          engine: engine, device: mount.device,
          options: SessionOptions(
            handlesACL: checksPermissions, traces: options.tracesRequests,
            hasLocalLocks: options.hasLocalLocks,
            writesBack: options.writesBack,
            passesThrough: options.passesThrough && !options.writesBack && !noOpen
              && !UserNamespace.isNested && Engine.mayPassThrough,
            usesRings: options.usesRings))
        return MountedView(
          at: mountpoint, place: place.path, mount: mount, session: session,
          writesBack: options.writesBack)
      } catch {
        try? mount.detach(lazily: true)
        throw error
      }
    } catch {
      throw BindlinkError(what, error)
    }
  }

  private func reasonAgainstWritingBack(_ noOpen: Bool) -> String? {
    if isReadOnly { return "a view that is read-only has nothing to write back" }
    if noOpen { return "without opens nothing is written back" }
    if options.cache == .never { return "a view that keeps nothing cannot write back" }
    return nil
  }

  private func exceptionRequests() throws(BindlinkError) -> [ExceptionRequest] {
    var requests: [ExceptionRequest] = []
    for exception in exceptions {
      switch exception {
      case .rule(let text):
        requests.append(.argument(text))
      case .line(let line):
        requests.append(.line(line.bytes))
      case .file(let path):
        let content: [UInt8]
        do {
          content = try path.content()
        } catch {
          throw BindlinkError(
            "cannot read the exceptions in \(path)", subject: path.string, error, rule: "E4")
        }
        requests.append(.file(name: path.string, content: content))
      }
    }
    return requests + anchorExceptions.map { .anchorLine($0.bytes) }
  }
}

extension View.MountOptions {
  fileprivate var cachePolicy: CachePolicy {
    var policy = cache == .always ? CachePolicy.always : CachePolicy()
    policy.watches = cache == .auto
    policy.entryTimeout = max(policy.entryTimeout, entryTimeout)
    policy.attributeTimeout = max(policy.attributeTimeout, attributeTimeout)
    policy.negativeTimeout = max(policy.negativeTimeout, negativeTimeout)
    policy.writesBack = writesBack
    policy.keepsPageCache = policy.keepsPageCache || keepsKernelCache
    return policy
  }

  fileprivate func forBinding(
    source: String, isReadOnly: Bool, checksPermissions: Bool
  ) -> BindlinkFuse.MountOptions {
    var options = BindlinkFuse.MountOptions(source: source)
    options.allowsOther = allowsOther
    options.defaultPermissions = checksPermissions
    options.isReadOnly = isReadOnly
    options.noSuid = ignoresSetUserID
    options.noDev = ignoresDevices
    options.noExec = forbidsExecution
    options.noAtime = ignoresAccessTimes
    options.synchronous = isSynchronous
    options.dirSync = synchronizesDirectories
    return options
  }
}

extension BindlinkError {
  /// The engine's refusal.
  init(_ what: String, _ refusal: LinkError) {
    self.init(
      refusal.operation.map { "cannot \($0)" } ?? what, "\(refusal.subject) \(refusal.reason)",
      SystemPackage.Errno(rawValue: refusal.errno.rawValue), rule: refusal.rule,
      subject: refusal.subject)
  }

  /// A failure of the binding.
  init(_ what: String, _ failure: MountFailure) {
    self.init(
      what, failure.what, SystemPackage.Errno(rawValue: failure.errno.rawValue),
      remedy: failure.remedy, exitStatus: failure.isMissing ? .missing : .failed)
  }
}
