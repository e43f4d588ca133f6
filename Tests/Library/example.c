#include <bindlink.h>
#include <stdio.h>

int main(int count, char **arguments) {
  if (count != 3) return 64;
  const char *hidden[] = {"**/.env"};
  bindlink_view view = {
      .size = sizeof view, .source = arguments[1], .exceptions = hidden, .exception_count = 1};
  bindlink_server *server;
  bindlink_error *error;
  if (bindlink_mount(&view, arguments[2], &server, &error) != 0) {
    fprintf(stderr, "%s\n", error->message);
    return error->exit_status;
  }
  getchar();  // served by threads of this process, until a line is typed
  bindlink_unmount(arguments[2], BINDLINK_UNMOUNT_LAZY, NULL);
  bindlink_server_wait(server);
}
