from django.db import migrations


def hash_keys(apps, schema_editor):
    """Keep the sessions there are, under hashes of their keys."""
    from flowia.sessions import stored

    sessions = apps.get_model('sessions', 'Session').objects
    for key in list(sessions.values_list('session_key', flat=True)):
        sessions.filter(session_key=key).update(session_key=stored(key))


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0004_audit_by_row'),
        ('sessions', '0001_initial'),
    ]

    operations = [
        # Back is no way: the keys are gone, and everybody signs in again.
        migrations.RunPython(hash_keys, migrations.RunPython.noop),
    ]
