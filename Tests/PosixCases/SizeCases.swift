// truncate, fallocate, sparse files and maps.

import CPosixCases
import Glibc

func sizeCases() -> [PosixCase] {
  var size = CaseGroup("size")
  size.add("truncate shortens and lengthens") { p in
    p.make("f", "0123456789")
    for length: Int64 in [4, 8, 0, 5000, 5000] {
      p.truncate("f", length)
      p.stat("f")
    }
    p.content("f")
  }
  size.add("truncate's errors") { p in
    p.mkdir("d")
    p.make("f", "x")
    p.symlink("absent", "dangling")
    p.symlink("f", "l")
    p.truncate("f", -1)
    p.truncate("d", 0)
    p.truncate("absent", 0)
    p.truncate("dangling", 0)
    p.truncate("f/x", 0)
    p.truncate("l", 10)
    p.stat("f")
  }
  size.add("truncate beyond the largest file") { p in
    p.make("f")
    p.truncate("f", Int64.max)
    p.truncate("f", 1 << 40)
    p.stat("f")
    p.truncate("f", 3)
  }
  size.add("truncate moves the times") { p in
    p.make("f", "0123456789")
    p.moves("f", "truncate") { p.truncate("f", 3) }
    p.moves("f", "truncate to the same size") { p.truncate("f", 3) }
    let file = p.open("f", O_RDWR)
    p.moves("f", "ftruncate") { p.ftruncate(file, 10) }
  }
  size.add("ftruncate and the offset") { p in
    let file = p.open("f", O_CREAT | O_RDWR)
    p.write(file, "0123456789")
    p.ftruncate(file, 4)
    p.seek(file, 0, SEEK_CUR)
    p.write(file, "x")
    p.pread(file, 20, 0)
    p.ftruncate(file, -5)
  }
  size.add("ftruncate of a file that may no longer be written by name") { p in
    let file = p.open("f", O_CREAT | O_RDWR, mode: 0o644)
    p.write(file, "0123456789")
    p.chmod("f", 0o400)
    p.ftruncate(file, 3)
    p.write(file, "end")
    p.fstat(file)
  }
  size.add("what was cut off reads as zeros after lengthening") { p in
    p.make("f", bytes: Array(repeating: 0x78, count: 10000))
    p.truncate("f", 100)
    p.truncate("f", 10000)
    let file = p.open("f", O_RDONLY)
    p.pread(file, 8, 96)
    p.pread(file, 8, 4094)
    p.pread(file, 8, 9992)
  }
  size.add("a sparse file takes few blocks") { p in
    let file = p.open("f", O_CREAT | O_RDWR)
    p.ftruncate(file, 32 << 20)
    p.pwrite(file, "end", 32 << 20)
    p.fsync(file)
    p.fstat(file)
    if let status = p.status(file) { p.note("sparse: \(status.blocks * 512 < status.size / 4)") }
  }
  size.add("fallocate lengthens, KEEP_SIZE does not") { p in
    let file = p.open("f", O_CREAT | O_RDWR)
    p.fallocate(file, 0, 0, 10000)
    p.fstat(file)
    p.fallocate(file, px_FALLOC_KEEP_SIZE, 0, 100_000)
    p.fstat(file)
    p.fallocate(file, 0, 5000, 100)
    p.fstat(file)
    if let status = p.status(file) { p.note("allocated: \(status.blocks * 512 >= 100_000)") }
  }
  size.add("fallocate's errors") { p in
    let file = p.open("f", O_CREAT | O_RDWR)
    p.fallocate(file, 0, 0, 0)
    p.fallocate(file, 0, -1, 10)
    p.fallocate(file, 0, 0, -10)
    p.fallocate(file, px_FALLOC_PUNCH_HOLE, 0, 10)
    p.fallocate(p.open(".", O_RDONLY), 0, 0, 10)
  }
  size.add("PUNCH_HOLE") { p in
    let file = p.open("f", O_CREAT | O_RDWR)
    p.write(file, String(repeating: "x", count: 40000))
    p.fsync(file)
    let mode = px_FALLOC_PUNCH_HOLE | px_FALLOC_KEEP_SIZE
    p.moves("f", "punching") { p.fallocate(file, mode, 8192, 16384) }
    p.fstat(file)
    p.pread(file, 4, 8190)
    p.pread(file, 4, 10000)
    p.seek(file, 0, px_SEEK_HOLE)
    p.seek(file, 8192, px_SEEK_DATA)
    p.fallocate(file, mode, 100, 50)
    p.fallocate(file, mode, 1 << 20, 50)
    p.content("f")
  }
  size.add("ZERO_RANGE") { p in
    let file = p.open("f", O_CREAT | O_RDWR)
    p.write(file, String(repeating: "x", count: 20000))
    p.fallocate(file, px_FALLOC_ZERO_RANGE, 1000, 9000)
    p.pread(file, 4, 998)
    p.pread(file, 4, 5000)
    p.pread(file, 4, 9998)
    p.fallocate(file, px_FALLOC_ZERO_RANGE, 19000, 5000)
    p.fstat(file)
    p.fallocate(file, px_FALLOC_ZERO_RANGE | px_FALLOC_KEEP_SIZE, 23000, 5000)
    p.fstat(file)
    p.content("f")
  }
  size.add(
    "COLLAPSE_RANGE and INSERT_RANGE",
    kernelLimit: "FUSE answers EOPNOTSUPP for these modes without asking the server"
  ) { p in
    let file = p.open("f", O_CREAT | O_RDWR)
    p.write(file, String(repeating: "x", count: 16384) + String(repeating: "y", count: 16384))
    p.fallocate(file, px_FALLOC_COLLAPSE_RANGE, 0, 8192)
    p.fstat(file)
    p.fallocate(file, px_FALLOC_INSERT_RANGE, 4096, 8192)
    p.fstat(file)
  }
  return size.cases
}

func mappingCases() -> [PosixCase] {
  var mapping = CaseGroup("map")
  mapping.add("a shared store is seen by read") { p in
    p.make("f", bytes: Array(repeating: 0x2e, count: 5000))
    let file = p.open("f", O_RDWR)
    p.mapStore(file, "stored", at: 100)
    p.mapStore(file, "page two", at: 4500, length: 5000)
    p.pread(file, 10, 98)
    p.content("f")
  }
  mapping.add("a shared store moves the times") { p in
    p.make("f", "0123456789")
    let file = p.open("f", O_RDWR)
    p.moves("f", "map store") { p.mapStore(file, "X", at: 0) }
  }
  mapping.add("a write is seen by a map") { p in
    p.make("f", "0123456789")
    let file = p.open("f", O_RDWR)
    p.mapLoad(file, at: 0, 10)
    p.pwrite(file, "AB", 4)
    p.mapLoad(file, at: 0, 10)
    p.ftruncate(file, 5)
    p.mapLoad(file, at: 0, 10)
  }
  mapping.add("a private store stays private") { p in
    p.make("f", "0123456789")
    let file = p.open("f", O_RDWR)
    p.mapStore(file, "private", at: 0, shared: false)
    p.content("f")
    p.mapStore(p.open("f", O_RDONLY), "private", at: 0, shared: false)
    p.content("f")
  }
  mapping.add("modes bind maps") { p in
    p.make("f", "0123456789")
    p.mapStore(p.open("f", O_RDONLY), "x", at: 0)
    p.mapStore(p.open("f", O_WRONLY), "x", at: 0)
    p.mapLoad(p.open("f", O_WRONLY), at: 0, 4)
    p.mapLoad(p.open(".", O_RDONLY), at: 0, 4)
    p.content("f")
  }
  mapping.add("a store past the end of the file is lost, in its last page") { p in
    p.make("f", "0123")
    let file = p.open("f", O_RDWR)
    p.mapStore(file, "XYZ", at: 2)
    p.content("f")
    p.ftruncate(file, 10)
    p.content("f")
  }
  mapping.add("a map outlives its descriptor and its name", rule: "R4") { p in
    p.make("f", bytes: Array(repeating: 0x2e, count: 4096))
    p.link("f", "g")
    p.mapOutlives(p.open("f", O_RDWR), "f")
    let file = p.open("g", O_RDONLY)
    p.pread(file, 8, 0)
    p.make("h", bytes: Array(repeating: 0x2e, count: 4096))
    p.mapOutlives(p.open("h", O_RDWR), "h")
  }
  mapping.add("two names, one content through maps and writes") { p in
    p.make("f", "0123456789")
    p.link("f", "g")
    let one = p.open("f", O_RDWR)
    let two = p.open("g", O_RDWR)
    p.mapStore(one, "ONE", at: 0)
    p.pread(two, 10, 0)
    p.mapStore(two, "TWO", at: 5)
    p.pread(one, 10, 0)
  }
  return mapping.cases
}
