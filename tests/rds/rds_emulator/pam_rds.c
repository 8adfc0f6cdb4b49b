/* PAM module of the RDS emulator: hands user, addresses and password to the verifier over a unix
 * socket and returns its verdict. The server also preloads it for the sake of pam_start() below. */
#define _GNU_SOURCE
#include <netdb.h>
#include <security/pam_appl.h>
#include <security/pam_modules.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* Makes libpam read the service file from $RDS_EMULATOR_PAM_DIR: /etc/pam.d stays as it is. */
int pam_start(const char* service, const char* user, const struct pam_conv* conversation,
              pam_handle_t** handle) {
  return pam_start_confdir(service, user, conversation, getenv("RDS_EMULATOR_PAM_DIR"), handle);
}

/* The address that the client dialled: the local end of the backend's one TCP connection. */
static void dialled_address(char* text, socklen_t size) {
  text[0] = '\0';
  for (int fd = 0; fd < 1024; fd++) {
    struct sockaddr_storage peer, local;
    socklen_t peer_size = sizeof peer, local_size = sizeof local, type_size = sizeof(int);
    int type = 0;
    if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &type_size) != 0 || type != SOCK_STREAM)
      continue;
    if (getpeername(fd, (struct sockaddr*)&peer, &peer_size) != 0) continue;
    if (peer.ss_family != AF_INET && peer.ss_family != AF_INET6) continue;
    if (getsockname(fd, (struct sockaddr*)&local, &local_size) != 0) continue;
    getnameinfo((struct sockaddr*)&local, local_size, text, size, NULL, 0, NI_NUMERICHOST);
    return;
  }
}

/* The caller wipes and frees it; NULL if the client sent none. */
static char* ask_password(pam_handle_t* pam) {
  const struct pam_conv* conversation = NULL;
  const struct pam_message prompt = {PAM_PROMPT_ECHO_OFF, "Password: "};
  const struct pam_message* prompts[] = {&prompt};
  struct pam_response* response = NULL;
  if (pam_get_item(pam, PAM_CONV, (const void**)&conversation) != PAM_SUCCESS) return NULL;
  if (conversation == NULL || conversation->conv == NULL) return NULL;
  if (conversation->conv(1, prompts, &response, conversation->appdata_ptr) != PAM_SUCCESS)
    return NULL;
  char* password = response->resp;
  free(response);
  return password;
}

static int send_all(int fd, const char* data, size_t size) {
  while (size > 0) {
    const ssize_t sent = send(fd, data, size, MSG_NOSIGNAL);
    if (sent < 0) return -1;
    data += sent;
    size -= (size_t)sent;
  }
  return 0;
}

/* The question is USER NUL PEER NUL DIALLED NUL PASSWORD up to the end of the stream, so no length
 * is limited; the answer is one byte, '+' for yes. */
static int ask_verifier(const char* path, const char* const question[4]) {
  struct sockaddr_un verifier = {.sun_family = AF_UNIX};
  char answer = '-';
  if (strlen(path) >= sizeof verifier.sun_path) return PAM_AUTHINFO_UNAVAIL;
  strcpy(verifier.sun_path, path);
  const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return PAM_AUTHINFO_UNAVAIL;
  int failed = connect(fd, (const struct sockaddr*)&verifier, sizeof verifier) != 0;
  for (int i = 0; i < 4 && !failed; i++) {
    failed = send_all(fd, question[i], strlen(question[i]) + (i < 3)) != 0;
  }
  failed = failed || shutdown(fd, SHUT_WR) != 0 || recv(fd, &answer, 1, 0) != 1;
  close(fd);
  if (failed) return PAM_AUTHINFO_UNAVAIL;
  return answer == '+' ? PAM_SUCCESS : PAM_AUTH_ERR;
}

int pam_sm_authenticate(pam_handle_t* pam, int flags, int argc, const char** argv) {
  const char *user = NULL, *peer = NULL;
  char dialled[NI_MAXHOST];
  (void)flags;
  if (argc != 1 || pam_get_item(pam, PAM_USER, (const void**)&user) != PAM_SUCCESS ||
      user == NULL) {
    return PAM_SERVICE_ERR;
  }
  pam_get_item(pam, PAM_RHOST, (const void**)&peer);
  dialled_address(dialled, sizeof dialled);
  char* password = ask_password(pam);
  if (password == NULL) return PAM_CONV_ERR;
  const char* const question[4] = {user, peer ? peer : "", dialled, password};
  const int verdict = ask_verifier(argv[0], question);
  explicit_bzero(password, strlen(password));
  free(password);
  return verdict;
}

int pam_sm_setcred(pam_handle_t* pam, int flags, int argc, const char** argv) {
  (void)pam, (void)flags, (void)argc, (void)argv;
  return PAM_SUCCESS;
}

int pam_sm_acct_mgmt(pam_handle_t* pam, int flags, int argc, const char** argv) {
  (void)pam, (void)flags, (void)argc, (void)argv;
  return PAM_SUCCESS;
}
