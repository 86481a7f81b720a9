#
msgid ""
msgstr ""
"Language: zh_Hans\n"
"MIME-Version: 1.0\n"
"Content-Type: text/plain; charset=UTF-8\n"
"Content-Transfer-Encoding: 8bit\n"
"Plural-Forms: nplurals=1; plural=0;\n"

msgid "The settings were saved."
msgstr "设置已保存。"

msgid "You have as many entries as are allowed."
msgstr "您的记录数已达上限。"

msgid "Your words"
msgstr "您的留言"

msgid "Keep"
msgstr "保存"

msgid "Nothing here yet."
msgstr "这里暂时没有内容。"

msgid "Settings"
msgstr "设置"

msgid "Member"
msgstr "会员"

msgid "Words"
msgstr "内容"

msgid "When"
msgstr "时间"

msgid "Save"
msgstr "保存"
