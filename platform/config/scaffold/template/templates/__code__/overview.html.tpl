{% extends "backoffice/base.html" %}{% load i18n %}
{% block title %}{{ name }}{% endblock %}
{% block heading %}{{ name }}{% endblock %}
{% block actions %}<a class="button secondary" href="{% url '__code__:settings' %}">{% translate "Settings" %}</a>{% endblock %}
{% block content %}<section class="card">
{% if page.object_list %}<div class="table"><table class="stack"><thead><tr><th scope="col">{% translate "Member" %}</th><th scope="col">{% translate "Words" %}</th><th scope="col">{% translate "When" %}</th></tr></thead>
<tbody>{% for entry in page %}<tr><td>{{ entry.member.name }}</td><td>{{ entry.text }}</td><td class="nowrap">{{ entry.created_at|date:"Y-m-d H:i" }}</td></tr>{% endfor %}</tbody></table></div>
{% include "backoffice/pages.html" %}{% else %}<p class="quiet">{% translate "Nothing here yet." %}</p>{% endif %}
</section>{% endblock %}
