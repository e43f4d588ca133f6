"""A Python program that knows the library by its header: ctypes alone, nothing compiled.

Usage: client.py LIBRARY SCRATCH    one line for each check
"""

import ctypes
import os
import sys
from ctypes import POINTER, byref, c_char_p, c_double, c_int, c_int32, c_size_t, c_uint8, c_uint32
from ctypes import c_void_p

library = ctypes.CDLL(sys.argv[1], use_errno=True)
scratch = sys.argv[2]


def check(holds, what, detail=""):
    print(f"ok {what}" if holds else f"not ok {what}: {detail}", flush=True)


def equal(got, wanted, what):
    check(got == wanted, what, f"{got!r}, not {wanted!r}")


def inside(path):
    return os.path.join(scratch, path)


def wide(text):
    """UTF-16 with a 0 at its end."""
    return ctypes.create_string_buffer(text.encode("utf-16-le") + b"\0\0")


class Error(ctypes.Structure):
    _fields_ = [
        ("number", c_int32), ("windows_code", c_uint32), ("exit_status", c_int32),
        ("reserved", c_uint32), ("message", c_char_p), ("what", c_char_p), ("why", c_char_p),
        ("rule", c_char_p), ("subject", c_char_p), ("remedy", c_char_p)]


class Link(ctypes.Structure):
    _fields_ = [
        ("size", c_size_t), ("virtual_path", c_char_p), ("backing_path", c_char_p),
        ("flags", c_uint32), ("reserved", c_uint32), ("exceptions", POINTER(c_char_p)),
        ("exception_count", c_size_t), ("inherited", c_void_p), ("inherited_count", c_size_t)]


class View(ctypes.Structure):
    _fields_ = [
        ("size", c_size_t), ("source", c_char_p), ("anchor", c_char_p),
        ("links", POINTER(POINTER(Link))), ("link_count", c_size_t),
        ("exceptions", POINTER(c_char_p)), ("exception_count", c_size_t),
        ("exception_files", POINTER(c_char_p)), ("exception_file_count", c_size_t),
        ("file_system_name", c_char_p), ("flags", c_uint32), ("workers", c_uint32),
        ("entry_timeout", c_double), ("attribute_timeout", c_double),
        ("negative_timeout", c_double)]


class LinkStatus(ctypes.Structure):
    _fields_ = [("link", POINTER(Link)), ("kind", c_uint32), ("state", c_uint32)]


class Links(ctypes.Structure):
    _fields_ = [("count", c_size_t), ("links", POINTER(POINTER(LinkStatus)))]


class Explanation(ctypes.Structure):
    _fields_ = [
        ("path", c_char_p), ("link", c_char_p), ("physical_path", c_char_p), ("rule", c_char_p),
        ("reason", c_char_p), ("is_visible", c_int32), ("reserved", c_uint32)]


library.bindlink_free.argtypes = [c_void_p]
library.bindlink_server_wait.argtypes = [c_void_p]
library.CreateSymbolicLinkW.restype = c_uint8
library.CreateSymbolicLink.restype = c_uint8
library.CreateHardLinkW.restype = c_int32
library.CreateHardLinkW.argtypes = [c_char_p, c_char_p, c_void_p]
library.CreateHardLink.argtypes = [c_char_p, c_char_p, c_void_p]
library.CreateBindLink.restype = c_uint32
library.RemoveBindLink.restype = c_uint32
library.GetLastError.restype = c_uint32

MISSING = 0x80070002
INVALID = 0x80070057


def check_view():
    os.makedirs(inside("project/sub"))
    os.mkdir(inside("view"))
    os.mkdir(inside("notes"))
    for name, text in (("project/readme", "read me"), ("project/.env", "secret"),
                       ("project/sub/.env", "secret"), ("notes/today", "rest")):
        with open(inside(name), "w") as file:
            file.write(text)

    link = Link(ctypes.sizeof(Link), b"/notes", inside("notes").encode(), 1)
    links = (POINTER(Link) * 1)(ctypes.pointer(link))
    rules = (c_char_p * 1)(b"**/.env")
    view = View(ctypes.sizeof(View), inside("project").encode(), links=links, link_count=1,
                exceptions=rules, exception_count=1, flags=2)
    place = inside("view").encode()
    server = c_void_p()
    error = POINTER(Error)()
    result = library.bindlink_mount(byref(view), place, byref(server), byref(error))
    equal(result, 0, "bindlink_mount: a source, a link, a pattern")
    if result != 0:
        sys.exit(error.contents.message.decode())
    try:
        equal(sorted(os.listdir(inside("view"))), ["notes", "readme", "sub"],
              "the view shows what is not hidden")
        equal(os.path.exists(inside("view/sub/.env")), False, "the pattern hides at every depth")
        equal(open(inside("view/notes/today")).read(), "rest", "the link shows its backing")
        check_changes(place)
        check_windows()
    finally:
        equal(library.bindlink_unmount(place, 0, None), 0, "bindlink_unmount")
        library.bindlink_server_wait(server)
    equal(os.listdir(inside("view")), [], "nothing is mounted afterwards")


def check_changes(place):
    error = POINTER(Error)()
    link = Link(ctypes.sizeof(Link), b"/more", inside("none").encode())
    ctypes.set_errno(0)
    equal(library.bindlink_create(place, byref(link), byref(error)), -2,
          "bindlink_create: a missing backing is -ENOENT")
    equal(ctypes.get_errno(), 2, "and sets errno")
    equal(error.contents.message.decode(),
          f"cannot create link /more: {inside('none')} does not exist (ENOENT, C1)",
          "the error is the command's message")
    equal(error.contents.subject.decode(), inside("none"), "its subject is the path")
    library.bindlink_free(error)

    links = POINTER(Links)()
    equal(library.bindlink_list(place, byref(links), None), 0, "bindlink_list")
    listed = [links.contents.links[i].contents.link.contents
              for i in range(links.contents.count)]
    equal([(one.virtual_path, one.flags & 1) for one in listed], [(b"/", 0), (b"/notes", 1)],
          "every link is listed with its flags")
    library.bindlink_free(links)

    explanation = POINTER(Explanation)()
    equal(library.bindlink_explain(place, b"/sub/.env", byref(explanation), None), 0,
          "bindlink_explain")
    equal((explanation.contents.is_visible, explanation.contents.rule), (0, b"E4"),
          "a hidden path is explained by its rule")
    library.bindlink_free(explanation)


def check_windows():
    equal(library.CreateBindLink(wide(inside("view/über")), wide(inside("notes")), 0, 0, None), 0,
          "CreateBindLink")
    equal(os.listdir(inside("view/über")), ["today"], "a name beyond ASCII is UTF-8")
    equal(library.CreateBindLink(wide(inside("view/über")), wide(inside("notes")), 0, 0, None),
          INVALID, "CreateBindLink: a duplicate is E_INVALIDARG")
    equal(library.CreateBindLink(wide(inside("view/x")), wide(inside("none")), 0, 0, None),
          MISSING, "CreateBindLink: a missing backing is 0x80070002")
    equal(library.GetLastError(), 2, "GetLastError: ERROR_FILE_NOT_FOUND")
    exceptions = (c_char_p * 1)(ctypes.cast(wide(inside("view/sub/none")), c_char_p))
    equal(library.CreateBindLink(wide(inside("view/sub")), wide(inside("notes")), 0, 1,
                                 exceptions),
          MISSING, "CreateBindLink: an exception must exist")
    equal(library.RemoveBindLink(wide(inside("view/über"))), 0, "RemoveBindLink")
    equal(library.RemoveBindLink(wide(inside("view/über"))), MISSING,
          "RemoveBindLink: no link stands there")

    equal(library.CreateSymbolicLinkW(wide(inside("view/sub/up")), wide("..\\readme"), 0), 1,
          "CreateSymbolicLinkW")
    equal(os.readlink(inside("project/sub/up")), "../readme", "its target has this system's form")
    equal(library.CreateSymbolicLink(inside("view/sub/up").encode(), b"x", 0), 0,
          "CreateSymbolicLink: the name exists")
    equal(library.GetLastError(), 183, "GetLastError: ERROR_ALREADY_EXISTS")
    equal(ctypes.get_errno(), 17, "errno: EEXIST")
    equal(library.CreateHardLinkW(wide(inside("view/twin")), wide(inside("view/readme")), None), 1,
          "CreateHardLinkW")
    equal(os.stat(inside("project/twin")).st_ino, os.stat(inside("project/readme")).st_ino,
          "both names are one file")
    equal(library.CreateHardLink(inside("view/third").encode(), inside("view/readme").encode(),
                                 c_void_p(1)), 0, "CreateHardLink: reserved must be NULL")
    equal(library.GetLastError(), 87, "GetLastError: ERROR_INVALID_PARAMETER")
    equal(library.FileCreateNTFSLink(inside("view/sub").encode(), inside("view/way").encode(), 0),
          1, "FileCreateNTFSLink: a directory in a view")
    equal(sorted(os.listdir(inside("view/way"))), ["up"], "is linked, what is hidden stays hidden")
    equal(library.FileCreateNTFSLink(inside("view/readme").encode(),
                                     inside("view/twin").encode(), 0), 0,
          "FileCreateNTFSLink: flag 0 where the link exists")


check_view()
