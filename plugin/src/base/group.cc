#include "base/group.h"

#include <grp.h>
#include <stdio.h>

#include <memory>
#include <vector>

#include "base/text.h"

namespace pgiam {
namespace {

struct CloseFile {
  void operator()(FILE* file) const { fclose(file); }
};

struct Account {
  std::string name;
  long long user = 0, group = 0;
};

// All that a name of the system's stands for. Read here: the place of getpwent() in the list is the whole process's,
// and musl has no fgetpwent_r().
std::vector<Account> accounts() {
  std::vector<Account> all;
  const std::unique_ptr<FILE, CloseFile> file(fopen("/etc/passwd", "re"));
  std::vector<char> line(16 << 10);
  while (file && fgets(line.data(), static_cast<int>(line.size()), file.get())) {
    const auto fields = split(line.data(), ':');  // name:password:user:group: …
    if (fields.size() < 4) continue;
    const auto user = parse_integer(fields[2]), group = parse_integer(fields[3]);
    if (user && group) all.push_back({std::string(fields[0]), *user, *group});
  }
  return all;
}

}  // namespace

std::string name_of_user(uid_t user) {
  for (const Account& account : accounts())
    if (account.user == user) return account.name;
  return "uid " + std::to_string(user);
}

std::optional<std::string> others_in(gid_t group, uid_t user) {
  const std::string number = "group " + std::to_string(group);
  std::vector<char> buffer(64 << 10);
  struct group entry {};
  struct group* found = nullptr;
  if (getgrgid_r(group, &entry, buffer.data(), buffer.size(), &found) != 0 || found == nullptr)
    return number + ", whose members cannot be read";
  const std::string name = "group " + std::string(found->gr_name);

  std::string own_name;
  for (const Account& account : accounts()) {
    if (account.user == user && own_name.empty()) own_name = account.name;
    if (account.group == group && account.user != user && account.user != 0)
      return name + ", in which is " + account.name;
  }
  // Another database than that file knows this user, and may know others with that group.
  if (own_name.empty()) return name + ", whose members cannot be read";
  for (char** member = found->gr_mem; *member != nullptr; ++member)
    if (own_name != *member && std::string_view(*member) != "root") return name + ", in which is " + *member;
  return std::nullopt;
}

}  // namespace pgiam
