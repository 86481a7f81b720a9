{% extends "backoffice/base.html" %}{% load i18n %}
{% block title %}{% translate "Settings" %}{% endblock %}
{% block heading %}{{ name }}{% endblock %}
{% block content %}<form method="post" class="card narrow" novalidate>{% csrf_token %}{% include "backoffice/form.html" %}
<button class="button">{% translate "Save" %}</button></form>{% endblock %}
