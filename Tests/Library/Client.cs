// A C# program with the declarations that .NET programmers use for kernel32.dll; client.exe.config
// sends them to this library.
//
//   client.exe SCRATCH     one line for each check; SCRATCH/view is a view

using System;
using System.ComponentModel;
using System.IO;
using System.Runtime.InteropServices;

enum SymbolicLink { File = 0, Directory = 1 }

[Flags]
enum BindLinkFlags : uint { None = 0, ReadOnly = 1, Merged = 2 }

static class Client {
  [DllImport("kernel32.dll")]
  [return: MarshalAs(UnmanagedType.I1)]
  static extern bool CreateSymbolicLink(
    string lpSymlinkFileName, string lpTargetFileName, SymbolicLink dwFlags);

  [DllImport("kernel32.dll", EntryPoint = "CreateSymbolicLinkW", CharSet = CharSet.Unicode,
             SetLastError = true)]
  [return: MarshalAs(UnmanagedType.U1)]
  static extern bool CreateSymbolicLinkWide(
    string lpSymlinkFileName, string lpTargetFileName, uint dwFlags);

  [DllImport("Kernel32.dll", CharSet = CharSet.Auto, SetLastError = true)]
  static extern bool CreateHardLink(
    string lpFileName, string lpExistingFileName, IntPtr lpSecurityAttributes);

  [DllImport("kernel32.dll", EntryPoint = "CreateHardLink", CharSet = CharSet.Unicode,
             SetLastError = true)]
  static extern bool CreateHardLinkWide(
    string lpFileName, string lpExistingFileName, IntPtr lpSecurityAttributes);

  [DllImport("kernel32.dll")]
  static extern uint GetLastError();

  [DllImport("bindlink.dll", CharSet = CharSet.Unicode)]
  static extern int CreateBindLink(
    string virtualPath, string backingPath, BindLinkFlags flags, uint exceptionCount,
    [MarshalAs(UnmanagedType.LPArray, ArraySubType = UnmanagedType.LPWStr)]
    string[] exceptionPaths);

  [DllImport("bindlink.dll", CharSet = CharSet.Unicode)]
  static extern int RemoveBindLink(string virtualPath);

  [DllImport("bindlink.dll")]
  static extern int FileCreateNTFSLink(string source, string link, int flag);

  static string scratch;

  static string In(string path) { return Path.Combine(scratch, path); }

  static void Check<T>(T got, T wanted, string what) {
    if (Equals(got, wanted)) Console.WriteLine("ok " + what);
    else Console.WriteLine("not ok " + what + ": " + got + ", not " + wanted);
  }

  static int Main(string[] arguments) {
    scratch = arguments[0];
    Directory.CreateDirectory(In("plain"));
    Directory.CreateDirectory(In("backing"));
    File.WriteAllText(In("plain/file"), "content");
    File.WriteAllText(In("backing/sheep"), "baa");
    SymbolicLinks();
    HardLinks();
    BindLinks();
    return 0;
  }

  static void SymbolicLinks() {
    Check(CreateSymbolicLink(In("plain/link"), "file", SymbolicLink.File), true,
          "CreateSymbolicLink: a one-byte bool and an enum");
    Check(File.ReadAllText(In("plain/link")), "content", "the link leads to the file");
    Check(CreateSymbolicLink(In("plain/way"), @"..\backing", SymbolicLink.Directory), true,
          "CreateSymbolicLink: SymbolicLink.Directory");
    Check(File.ReadAllText(In("plain/way/sheep")), "baa", "the link leads to the directory");
    Check(CreateSymbolicLink(In("plain/link"), "file", SymbolicLink.File), false,
          "CreateSymbolicLink: false where the name exists");
    Check(CreateSymbolicLink(In("plain/bad"), "file", (SymbolicLink) 8), false,
          "CreateSymbolicLink: false for an unknown flag");
    Check(CreateSymbolicLinkWide(In("plain/süß"), "file", 2), true,
          "CreateSymbolicLinkW: CharSet.Unicode");
    Check(File.ReadAllText(In("plain/süß")), "content", "a name beyond ASCII arrives");
    Check(CreateSymbolicLinkWide(In("none/link"), "file", 0), false,
          "CreateSymbolicLinkW: false where the parent is missing");
    Check(GetLastError(), 3u, "GetLastError: ERROR_PATH_NOT_FOUND");
  }

  static void HardLinks() {
    Check(CreateHardLink(In("plain/twin"), In("plain/file"), IntPtr.Zero), true,
          "CreateHardLink: CharSet.Auto, SetLastError, IntPtr.Zero");
    File.WriteAllText(In("plain/twin"), "changed");
    Check(File.ReadAllText(In("plain/file")), "changed", "both names are one file");
    Check(CreateHardLink(In("plain/twin"), In("plain/file"), IntPtr.Zero), false,
          "CreateHardLink: false where the name exists");
    int last = Marshal.GetLastWin32Error();
    Check(GetLastError(), 183u, "GetLastError: ERROR_ALREADY_EXISTS");
    Check(last, 17, "GetLastWin32Error: Mono reads errno, EEXIST");
    Check(CreateHardLink(In("plain/other"), In("plain/none"), IntPtr.Zero), false,
          "CreateHardLink: false where the file is missing");
    Check(Marshal.GetLastWin32Error(), 2,
          "GetLastWin32Error: ENOENT and ERROR_FILE_NOT_FOUND are one number");
    Check(CreateHardLink(In("plain/other"), In("plain/file"), new IntPtr(1)), false,
          "CreateHardLink: false where reserved is not null");
    Check(GetLastError(), 87u, "GetLastError: ERROR_INVALID_PARAMETER");
    Check(CreateHardLinkWide(In("plain/größe"), In("plain/file"), IntPtr.Zero), true,
          "CreateHardLinkW: found by CharSet.Unicode");
    Check(File.ReadAllText(In("plain/größe")), "changed", "a name beyond ASCII arrives in it");
  }

  static void BindLinks() {
    Check(CreateBindLink(In("view/farm"), In("backing"), BindLinkFlags.ReadOnly, 0, null), 0,
          "CreateBindLink: in a view that the command has mounted");
    Check(File.ReadAllText(In("view/farm/sheep")), "baa", "the link shows the backing");
    Check(CreateBindLink(In("view/farm"), In("backing"), BindLinkFlags.None, 0, null),
          unchecked((int) 0x80070057), "CreateBindLink: a duplicate is E_INVALIDARG");
    Check(CreateBindLink(In("view/barn"), In("none"), BindLinkFlags.None, 0, null),
          unchecked((int) 0x80070002), "CreateBindLink: a missing backing is 0x80070002");
    Check(RemoveBindLink(In("view/farm")), 0, "RemoveBindLink");
    Check(Directory.Exists(In("view/farm")), false, "the link is gone");
    try {
      Marshal.ThrowExceptionForHR(RemoveBindLink(In("view/farm")));
      Check("no exception", "an exception", "RemoveBindLink: the HRESULT is one that .NET knows");
    } catch (FileNotFoundException error) {
      Check(error.HResult, unchecked((int) 0x80070002),
            "RemoveBindLink: the HRESULT is one that .NET knows");
    }
    Check(CreateBindLink(In("view/yard"), In("backing"), BindLinkFlags.Merged, 1,
                         new[] { In("view/yard/gate") }),
          0, "CreateBindLink: an array of exceptions");
    Check(string.Join(" ", Array.ConvertAll(Sorted(In("view/yard")), Path.GetFileName)),
          "gate sheep", "both sides show");
    Check(RemoveBindLink(In("view/yard")), 0, "RemoveBindLink: a merged link");
    Check(FileCreateNTFSLink(In("backing/sheep"), In("plain/lamb"), 0), 1,
          "FileCreateNTFSLink: a file");
    Check(File.ReadAllText(In("plain/lamb")), "baa", "the link is the file");
    Check(FileCreateNTFSLink(In("backing/sheep"), In("plain/twin"), 0), 0,
          "FileCreateNTFSLink: 0 where the link exists");
  }

  static string[] Sorted(string directory) {
    string[] entries = Directory.GetFileSystemEntries(directory);
    Array.Sort(entries, StringComparer.Ordinal);
    return entries;
  }
}
