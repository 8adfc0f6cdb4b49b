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

}  // namespace
}  // namespace pgiam::aws
