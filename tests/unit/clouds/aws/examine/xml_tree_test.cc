#include "clouds/aws/examine/xml_tree.h"

#include <gtest/gtest.h>

#include <random>

namespace pgiam::aws {
namespace {

constexpr std::string_view kAnswer =
    "<?xml version=\"1.0\"?>\n<R xmlns=\"http://rds.amazonaws.com/doc/2014-10-31/\"><List>"
    "<member><Name> a &amp; b </Name><Pending><On>true</On></Pending><On>false</On></member>"
    "<member><Name>caf&#xE9;</Name><On/></member></List></R>\n";

TEST(XmlTree, FindsWhatStandsWhere) {
  const auto tree = XmlTree::parse(kAnswer);
  ASSERT_TRUE(tree);
  EXPECT_EQ(tree->root().name(), "R");
  const auto members = tree->root().child("List").children();
  ASSERT_EQ(members.size(), 2u);
  EXPECT_EQ(members[0].text_of("Name"), "a & b");
  EXPECT_EQ(members[0].text_of("On"), "false");
  EXPECT_EQ(members[0].child("Pending").text_of("On"), "true");
  EXPECT_EQ(members[1].text_of("Name"), "caf\xc3\xa9");
  EXPECT_EQ(members[1].text_of("On"), "");
}

TEST(XmlTree, WhatIsAskedOfNothingIsNothing) {
  const auto tree = XmlTree::parse("<a/>");
  ASSERT_TRUE(tree);
  const XmlElement nothing = tree->root().child("b").child("c");
  EXPECT_FALSE(nothing);
  EXPECT_EQ(nothing.text_of("d"), "");
  EXPECT_TRUE(nothing.children().empty());
}

TEST(XmlTree, RefusesAllButElementsAndText) {
  for (const char* text : {
           "", " ", "a", "<", "<a", "<a>", "<a></b>", "<a></a", "<a></a><b/>", "<a/>x", "<1/>",
           "<a b></a>", "<a b=c/>", "<a b=\"c/>", "<a b='<'/>", "<a b=\"1\"c=\"2\"/>",
           "<!DOCTYPE a><a/>", "<a><!-- no --></a>", "<a><![CDATA[x]]></a>", "<a><?b?></a>",
           "<!DOCTYPE a [<!ENTITY b SYSTEM \"file:///etc/passwd\">]><a>&b;</a>",
           "<a>&b;</a>", "<a>&amp</a>", "<a>&#0;</a>", "<a>&#xD800;</a>", "<a>&#x110000;</a>",
           "<a>&#99999999999;</a>", "<a>&</a>", "<?xml <a/>", "<a></ a>",
       })
    EXPECT_FALSE(XmlTree::parse(text)) << text;
}

TEST(XmlTree, RefusesWhatNestsWithoutEnd) {
  std::string deep;
  for (int i = 0; i < 33; ++i) deep += "<a>";
  EXPECT_FALSE(XmlTree::parse(deep));
  std::string text = deep;
  for (int i = 0; i < 33; ++i) text += "</a>";
  EXPECT_FALSE(XmlTree::parse(text));
  EXPECT_TRUE(XmlTree::parse(text.substr(3, text.size() - 7)));
}

TEST(XmlTree, RefusesMoreElementsThanAnAnswerHas) {
  std::string many = "<a>";
  for (int i = 0; i < 200'001; ++i) many += "<b/>";
  EXPECT_FALSE(XmlTree::parse(many + "</a>"));
}

TEST(XmlTree, IsNoneWhereItIsCutAnywhere) {
  const auto whole = kAnswer.substr(0, kAnswer.size() - 1);
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_FALSE(XmlTree::parse(whole.substr(0, size))) << size;
  EXPECT_TRUE(XmlTree::parse(whole));
}

TEST(XmlTree, BrokenBytesDoNoHarm) {
  std::mt19937 random(18);  // NOLINT: the same at each run
  for (int round = 0; round < 2'000; ++round) {
    std::string text(kAnswer);
    for (int i = 0; i < 3; ++i) text[random() % text.size()] = "<>&;/\"'= a\0\xff"[random() % 12];
    const auto tree = XmlTree::parse(text);
    if (!tree) continue;
    for (const XmlElement& element : tree->root().child("List").children())
      EXPECT_LE(element.text_of("Name").size(), text.size());
  }
}

}  // namespace
}  // namespace pgiam::aws
