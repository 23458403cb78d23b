"""Result files in a folder that is watched."""
