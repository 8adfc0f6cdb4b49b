#include <iostream>
#include <memory>
#include <pqxx/pqxx>

int main() {
  std::unique_ptr<pqxx::connection> connection;
  for (std::string command; std::getline(std::cin, command);) {
    try {
      if (command != "query") connection = std::make_unique<pqxx::connection>(getenv("CONNINFO"));
      pqxx::work work(*connection);
      std::cout << work.exec("SELECT session_user")[0][0].c_str() << std::endl;
    } catch (const std::exception& error) {
      std::string text = error.what();
      for (char& c : text)
        if (c == '\n') c = ' ';
      std::cout << "error " << text << std::endl;
    }
  }
}
