#include "clouds/aws/xml.h"

#include <gtest/gtest.h>

namespace pgiam::aws {
namespace {

TEST(Xml, FindsAnElementWhereverItIs) {
  constexpr std::string_view kAnswer =
      "<AssumeRoleResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Result>"
      "<Codes>no</Codes><Code a=\"1\">\n yes \n</Code></Result></AssumeRoleResponse>";
  EXPECT_EQ(xml_text(kAnswer, "Code"), "yes");
  EXPECT_EQ(xml_text(kAnswer, "Codes"), "no");
}

TEST(Xml, DecodesEntities) {
  EXPECT_EQ(xml_text("<M>a &amp;&lt;&gt;&quot;&apos;&#65;&#x42; &unknown; &</M>", "M"),
            "a &<>\"'AB &unknown; &");
}

TEST(Xml, HasNothingForWhatIsAbsentNestedOrCutOff) {
  for (const char* text :
       {"", "<a>", "<a/>", "<a>x", "<a>x</b>", "<a><b>x</b></a>", "<a", "a>x</a>"})
    EXPECT_FALSE(xml_text(text, "a")) << text;
}

TEST(Xml, TimeGoesWithTheLength) {
  constexpr std::size_t kMegabyte = 1 << 20;
  const std::string ampersands = "<Code>" + std::string(kMegabyte, '&') + "</Code>";
  EXPECT_EQ(xml_text(ampersands, "Code")->size(), kMegabyte) << "no entity, so it stands for itself";
  std::string tags;
  while (tags.size() < kMegabyte) tags += "<Code ";
  EXPECT_EQ(xml_text(tags, "Code"), std::nullopt);
  EXPECT_EQ(xml_text(tags + ">", "Code"), std::nullopt) << "it has no end";
  EXPECT_EQ(xml_text(tags + "/>", "Code"), std::nullopt);
}

}  // namespace
}  // namespace pgiam::aws
