#include "reach.h"

#include <glob.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>

#include "library_closure.h"

namespace fs = std::filesystem;

namespace pgiam::cli {
namespace {

using Words = std::vector<std::string>;

constexpr int kScriptsInScripts = 5;  // as many as Linux runs

constexpr const char* kFileOrToken =
    "pgiam keep keeps a password file fresh for it, and pgiam exec --pgpassword CONNINFO gives it "
    "one token, good for 15 minutes";

// Of a program that is known by its name, or by a library that it loads.
struct Kind {
  std::vector<std::string_view> names;
  std::string_view library;  // how its name begins; "": none tells it
  const char* is;
  const char* way;
};

const Kind kKinds[] = {
    {{"java", "javaw", "jshell"},
     "libjli.",
     "is Java, whose drivers speak PostgreSQL's protocol themselves",
     "pgiam-jdbc.jar beside the driver, and a URL that begins with jdbc:pgiam:"},
    {{"node", "nodejs", "bun", "deno"},
     "libnode.",
     "is JavaScript, whose drivers (but for pg-native) speak PostgreSQL's protocol themselves",
     "the package pgiam: password: pgiam.password({host, port, user})"},
    {{"dotnet"},
     "libhostfxr.",
     "is .NET, whose Npgsql speaks PostgreSQL's protocol itself",
     "the package Pgiam.Npgsql: UsePgiam(); or a Passfile that pgiam keep keeps fresh"},
    {{"beam.smp", "erl", "elixir", "iex", "mix"},
     "",
     "is Erlang's, whose drivers speak PostgreSQL's protocol themselves",
     kFileOrToken},
    {{"pgbouncer"},
     "",
     "speaks PostgreSQL's protocol itself",
     "pgiam keep --userlist FILE --pidfile FILE CONNINFO"},
};
constexpr const char* kWayOfGo =
    "the module pgiam.org/pgiam: pgiampgx.BeforeConnect for pgx, pgiampq.NewConnector for lib/pq; "
    "or a password file that pgiam keep keeps fresh";

// Begins what it runs with an environment of its own making.
constexpr std::string_view kClears[] = {"sudo", "sudo-rs", "doas", "pkexec"};

// Has a service, or another machine, begin it.
constexpr std::string_view kStartElsewhere[] = {"docker", "podman", "nerdctl", "kubectl", "ssh", "systemd-run"};

// What they load or start is their own affair, and no database's driver.
constexpr std::string_view kLoadersOfTheirOwn[] = {
    "ld-",     "libc.",      "libm.",      "libdl.",    "libpthread.", "libgcc_s.", "libstdc++.",
    "libssl.", "libcrypto.", "libgnutls.", "libp11-kit.", "libkrb5.",  "libgssapi", "libsasl2.",
    "libcurl", "libsystemd."};

std::string name_of(const std::string& file) { return fs::path(file).filename(); }

template <typename List>
bool is_one_of(std::string_view name, const List& list) {
  return std::find(std::begin(list), std::end(list), name) != std::end(list);
}

// The system ignores what a file would give its user: in many containers, on some mounts.
bool privileges_are_ignored(const std::string& program) {
  struct statvfs mount;
  return prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 ||
         (statvfs(program.c_str(), &mount) == 0 && (mount.f_flag & ST_NOSUID));
}

bool is_setuid_or_setgid(const std::string& program) {
  struct stat status;
  if (stat(program.c_str(), &status) != 0 || privileges_are_ignored(program)) return false;
  return ((status.st_mode & S_ISUID) && status.st_uid != getuid()) ||
         ((status.st_mode & S_ISGID) && status.st_gid != getgid());
}

bool has_capabilities(const std::string& program) {
  return getuid() != 0 && !privileges_are_ignored(program) &&
         getxattr(program.c_str(), "security.capability", nullptr, 0) > 0;
}

// "#!/bin/sh -e" → "/bin/sh", "-e"; nothing where it is no script.
Words interpreter_of(const std::string& program) {
  std::ifstream file(program, std::ios::binary);
  std::string line;
  if (!std::getline(file, line) || !line.starts_with("#!")) return {};
  std::istringstream rest(line.substr(2));
  Words words;
  for (std::string word; rest >> word;) words.push_back(word);
  return words;
}

bool is_assignment(const std::string& word) { return word.find('=') != word.npos; }

// What env runs, behind its options and variables; nothing where an option keeps that from being
// told.
Words behind_env(const Words& words) {
  auto word = words.begin() + 1;
  if (word != words.end() && (*word == "-S" || *word == "--")) ++word;
  while (word != words.end() && is_assignment(*word)) ++word;
  if (word == words.end() || word->starts_with('-')) return {};
  return Words(word, words.end());
}

// The program that is there in the end, first, and the words for it that are known: of a script its
// interpreter, and that may be a script again; of env what that runs.
Words program_behind(const Words& words) {
  Words program = words;
  program.front() = find_program(program.front());
  for (int depth = 0; depth < kScriptsInScripts; ++depth) {
    Words next = interpreter_of(program.front());
    if (!next.empty()) next.push_back(program.front());
    if (next.empty() && name_of(program.front()) == "env") next = behind_env(program);
    if (next.empty()) break;
    next.front() = find_program(next.front());
    program = std::move(next);
  }
  return program;
}

bool env_clears(const Words& words) {
  for (std::size_t i = 1; i < words.size() && words[i].starts_with('-'); ++i)
    if (is_one_of(words[i], std::initializer_list<std::string_view>{"-", "-i", "--ignore-environment"}))
      return true;
  return false;
}

bool su_clears(const Words& words) {
  return std::any_of(words.begin() + 1, words.end(), [](const std::string& word) {
    return word == "-" || word == "-l" || word == "--login";
  });
}

// sudo and the like: what they run sees neither LD_PRELOAD nor the cloud's variables. docker and the
// like have somebody else start it, and show it no variable of theirs at all.
std::string why_environment_is_lost(const Words& words) {
  const std::string name = name_of(words.front());
  if (is_one_of(name, kStartElsewhere))
    return name + " has its program started elsewhere, without LD_PRELOAD and the cloud's variables: "
                  "with pgiam installed there, " + name + " … pgiam exec -- PROGRAM";
  const std::string what = " clears LD_PRELOAD and the cloud's variables, so what it runs goes without pgiam: ";
  if (is_one_of(name, kClears)) return name + what + name + " pgiam exec -- PROGRAM";
  if (name == "env" && env_clears(words)) return "env -i" + what + "leave -i out, or env -i HOME=… pgiam exec -- PROGRAM";
  if ((name == "su" || name == "runuser") && su_clears(words))
    return name + " -l" + what + name + " -l USER -c 'pgiam exec -- PROGRAM'";
  return "";
}

std::string why_nothing_is_preloaded(const std::string& file, const std::optional<ElfFile>& elf) {
  if (is_setuid_or_setgid(file)) return "is setuid or setgid";
  if (has_capabilities(file)) return "has capabilities of its own";
  const std::optional<ElfFile> own = read_elf("/proc/self/exe");
  if (!elf || !own) return "";
  if (!elf->is_for_machine_of(*own)) return "is built for another kind of machine than pgiam";
  if (elf->loader.empty()) return "is statically linked";
  if (elf->loader != own->loader) return "is built for another C library than pgiam";
  return "";
}

using Libraries = std::optional<std::vector<LoadedLibrary>>;

bool has_library(const Libraries& libraries, std::string_view begin) {
  return libraries && std::any_of(libraries->begin(), libraries->end(), [&](const auto& library) {
           return library.name.starts_with(begin);
         });
}

const Kind* kind_of(const std::string& file, const Libraries& libraries) {
  const std::string name = name_of(file);
  const std::string behind_links = name_of(fs::weakly_canonical(file));
  for (const Kind& kind : kKinds) {
    const bool by_name = is_one_of(name, kind.names) || is_one_of(behind_links, kind.names);
    if (by_name || (!kind.library.empty() && has_library(libraries, kind.library))) return &kind;
  }
  return nullptr;
}

bool may_load_or_run_others(const ElfFile& elf) {
  return elf.imports_any_of({"dlopen", "dlmopen", "execl", "execle", "execlp", "execv", "execve",
                             "execveat", "execvp", "execvpe", "fexecve", "popen", "posix_spawn",
                             "posix_spawnp", "system"});
}

bool connects(const ElfFile& elf) { return elf.imports_any_of({"connect", "getaddrinfo"}); }

// A program that can come to no libpq, and yet to a server.
bool has_protocol_of_its_own(const ElfFile& elf, const Libraries& libraries) {
  if (!libraries || may_load_or_run_others(elf)) return false;
  bool is_connecting = connects(elf);
  for (const LoadedLibrary& library : *libraries) {
    const auto begins = [&](std::string_view begin) { return library.name.starts_with(begin); };
    if (std::any_of(std::begin(kLoadersOfTheirOwn), std::end(kLoadersOfTheirOwn), begins)) continue;
    if (may_load_or_run_others(library.elf)) return false;
    is_connecting = is_connecting || connects(library.elf);
  }
  return is_connecting;
}

bool is_there(const std::string& pattern) {
  glob_t found{};
  const bool is = glob(pattern.c_str(), GLOB_NOSORT, nullptr, &found) == 0 && found.gl_pathc > 0;
  globfree(&found);
  return is;
}

// Of the interpreter's own folders, and the user's.
bool has_module(const std::string& python, const std::string& module) {
  std::vector<std::string> roots = {fs::path(python).parent_path().parent_path()};
  if (const char* home = std::getenv("HOME")) roots.push_back(std::string(home) + "/.local");
  if (roots.front() == "/usr") roots.push_back("/usr/local");
  return std::any_of(roots.begin(), roots.end(), [&](const std::string& root) {
    return is_there(root + "/lib*/python3*/*-packages/" + module);
  });
}

// psycopg 3 takes libpq's functions from a handle where its part in C is not there. pgcli is known to
// use it, and then asks for a password again and again.
std::string why_out_of_reach_of_pgcli(const Words& program) {
  const bool is_pgcli = program.size() > 1 && name_of(program[program.size() - 1]) == "pgcli";
  if (!is_pgcli || !name_of(program.front()).starts_with("python")) return "";
  if (has_module(program.front(), "psycopg_c") || has_module(program.front(), "psycopg_binary"))
    return "";
  return "pgcli comes to libpq past the hook where psycopg has no part in C, and then asks for a "
         "password: pgiam exec --filter -- pgcli";
}

std::string sentence(const std::string& program, const std::string& why, const std::string& way) {
  return program + " " + why + ", so it runs without pgiam; what works: " + way;
}

}  // namespace

std::string find_program(const std::string& name) {
  if (name.find('/') != name.npos) return name;
  const char* path = std::getenv("PATH");
  std::string_view rest = path ? path : "/bin:/usr/bin";
  for (;;) {
    const std::size_t colon = rest.find(':');
    const std::string folder(rest.substr(0, colon));
    const std::string file = (folder.empty() ? "." : folder) + "/" + name;
    if (access(file.c_str(), X_OK) == 0) return file;
    if (colon == rest.npos) return "";
    rest.remove_prefix(colon + 1);
  }
}

std::string why_out_of_reach(const Words& program, bool with_filter) {
  if (std::string why = why_environment_is_lost(program); !why.empty()) return why;
  const Words behind = program_behind(program);
  const std::string& file = behind.front();
  if (file.empty()) return "";
  // Of env what it runs, of a script the script itself.
  const Words of_env = name_of(program.front()) == "env" ? behind_env(program) : Words();
  const std::string& name = of_env.empty() ? program.front() : of_env.front();
  const std::optional<ElfFile> elf = read_elf(file);
  if (const std::string why = why_nothing_is_preloaded(file, elf); !why.empty())
    return sentence(name, why + ": nothing can be preloaded into it",
                    elf && elf->is_go ? kWayOfGo : kFileOrToken);
  if (!elf) return "";
  const Libraries libraries = library_closure(*elf);
  if (has_library(libraries, "libpq.") || has_library(libraries, "libpq-")) return "";
  if (elf->is_go)
    return sentence(name, "is Go, whose drivers speak PostgreSQL's protocol themselves", kWayOfGo);
  if (const Kind* kind = kind_of(file, libraries)) return sentence(name, kind->is, kind->way);
  if (has_protocol_of_its_own(*elf, libraries))
    return sentence(name, "uses no libpq", kFileOrToken);
  return with_filter ? "" : why_out_of_reach_of_pgcli(behind);
}

}  // namespace pgiam::cli
