"""Results of fio, the storage benchmark."""
