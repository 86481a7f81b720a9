{% extends "themes/frame.html" %}
{% block title %}{{ name }}{% endblock %}
{% block content %}
{% for notice in notices %}<p class="notice {{ notice.level_tag }}" role="status">{{ notice.message }}</p>{% endfor %}
<section class="card"><h1>{{ name }}</h1>
<form method="post" action="{{ url('__code__:entries') }}">{{ csrf_input }}<div class="field"><label for="text">{{ _("Your words") }}</label><input id="text" name="text" maxlength="200" required></div><button class="button wide">{{ _("Keep") }}</button></form></section>
<section class="card">{% if entries %}<ul>{% for entry in entries %}<li>{{ entry.text }}</li>{% endfor %}</ul>{% else %}<p class="quiet">{{ _("Nothing here yet.") }}</p>{% endif %}</section>
{% endblock %}
